import FOCUS
import ObjectStorage
import Spend
import Staging

/// What `pipeline.yaml` says (DESIGN, section 4), with its defaults filled in.
public struct Configuration: Sendable {
  /// The file it was read from, for messages.
  public var path: String
  /// Root of `raw/`, `normalized/`, `focus/`, `runs/`: a directory, `s3://bucket/prefix` or `gs://bucket/prefix`. A
  /// relative path is relative to the file.
  public var output: String
  /// Roots of their own for what stages write.
  public var stores = StoresConfiguration()
  public var objectStorage = ObjectStorageSettings()
  public var organizations: [OrganizationConfiguration]
  public var extract: ExtractConfiguration
  public var normalize: NormalizeConfiguration
  public var load: LoadConfiguration
  /// Of everything that is written.
  public var fileMode = FileMode.standard
  public var metrics = MetricsConfiguration()
}

/// Where a stage's files lie if not below `output`; each root has the same folders as `output` would.
public struct StoresConfiguration: Sendable, Hashable {
  /// Of `raw/`.
  public var raw: String?
  /// Of `normalized/` and `names/`.
  public var normalized: String?
  /// Of `focus/`, `spreadsheet/` and `export/`.
  public var focus: String?
}

/// One OpenAI organization.
public struct OrganizationConfiguration: Sendable, Hashable {
  /// Used in paths: `[a-z0-9-]+`.
  public var name: String
  /// BillingAccountId.
  public var id: String
  /// BillingAccountName.
  public var displayName: String
  /// Without a slash at its end.
  public var baseURL: String
  public var adminKey: KeySource
}

/// Where a key is kept; never the key itself.
public enum KeySource: Sendable, Hashable {
  case environment(String)
  case file(String)
  /// A program that prints it, with its arguments.
  case command([String])
}

public struct ExtractConfiguration: Sendable, Hashable {
  /// Days before today that stay open and are fetched again by every run.
  public var lookbackDays = 5
  /// On so many first days of a month all of the previous month is open and fetched again.
  public var previousMonthDays = 5
  /// Seconds that a whole run may spend waiting for retries.
  public var retryBudgetSeconds = 300
  /// Requests in flight at once, over all organizations.
  public var requestsInFlight = 8
  /// Days asked for in one request.
  public var daysPerRequest = 7
}

public struct NormalizeConfiguration: Sendable, Hashable {
  public var attribution = Attribution.usageShare

  public enum Attribution: String, Sendable, CaseIterable {
    case usageShare = "usage-share"
    case none
  }
}

public struct LoadConfiguration: Sendable, Hashable {
  public var focusVersion = FOCUSVersion.v13
  public var formats: [DeliveryFormat] = [.csv]
  /// The columns to deliver, by name; nil for the version's whole set.
  public var columns: [String]?
  /// Whether `spreadsheet/<YYYY-MM>.csv` is written.
  public var spreadsheet = true
  /// A day of which less than this share is left, in per cent, does not replace what was delivered; 0 never.
  public var shrinkGuardPercent = 50
  /// Path of a price list; without one list prices are what was paid.
  public var priceList: String?
  /// DuckDB's command line program, which writes Parquet: a path, or a name to look up in `PATH`.
  public var duckdb = "duckdb"
  /// Copies in the form that other services read, below `export/`.
  public var exports: [ExportPreset] = []

  /// Whether anything is written as Parquet.
  var needsDuckDB: Bool { formats.contains(.parquet) || exports.contains(where: \.isParquet) }
}

public struct MetricsConfiguration: Sendable, Hashable {
  /// Path of the file for node exporter's textfile collector; nil for none.
  public var textfile: String?
}

/// A form in which charges are delivered.
public enum DeliveryFormat: String, Sendable, CaseIterable {
  case csv
  case ndjson
  /// By DuckDB's command line program.
  case parquet

  /// How its files end.
  public var fileExtension: String { self == .parquet ? rawValue : "\(rawValue).gz" }
}

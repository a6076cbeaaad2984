import Staging

/// `manifest.json`: one delivery, as published (DESIGN, section 5).
///
/// It holds no time of day and no run id, so that the same inputs give the same bytes.
public struct Manifest: SealedJSON, Sendable, Hashable {
  /// The version of this file's form; 1 was without a seal.
  public var format = 2
  /// `YYYY-MM`.
  public var billingPeriod: String
  /// Inclusive, as FOCUS writes date-times.
  public var billingPeriodStart: String
  /// Exclusive.
  public var billingPeriodEnd: String
  public var focusVersion: String
  /// Names the file `metadata/schemas/schema-<id>.json`.
  public var schemaID: String
  public var datasetInstanceID: String
  /// Identifies this delivery by its content; earlier ones lie under `superseded/` by theirs.
  public var delivery: String
  /// Whether any of its days is open.
  public var open: Bool
  /// Charges. Files of several formats hold the same charges and are not added up.
  public var rows: Int
  /// Size of all files.
  public var bytes: Int
  /// SHA-256 over the digests of all files, in their order.
  public var sha256: String
  /// Every `group_by` dimension that cost lines were asked for; which day had which is under `organizations`.
  public var dimensions: [String]
  /// Path and digest of every normalized file the delivery holds.
  public var madeFrom: [String: String]
  /// Sums of BilledCost per currency.
  public var controlTotals: [String: String]
  public var files: [DeliveredFile]
  /// By organization name.
  public var organizations: [String: DeliveredOrganization]
  /// The file for spreadsheets; its path is relative to the output.
  public var spreadsheet: FileRecord?
  /// The price list that this delivery was brought up to date with; nil without one.
  public var priceList: PriceListRecord?

  public static var sealName: StaticString { "manifest_sha256" }
  public var isOlderThanSeals: Bool { format == 1 }

  enum CodingKeys: String, CodingKey {
    case format, delivery, open, rows, bytes, sha256, files, organizations, spreadsheet, dimensions
    case madeFrom = "made_from"
    case priceList = "price_list"
    case billingPeriod = "billing_period"
    case billingPeriodStart = "billing_period_start"
    case billingPeriodEnd = "billing_period_end"
    case focusVersion = "focus_version"
    case schemaID = "schema_id"
    case datasetInstanceID = "dataset_instance_id"
    case controlTotals = "control_totals"
  }
}

/// The price list that ListUnitPrice and ListCost come from.
public struct PriceListRecord: Codable, Sendable, Hashable {
  /// Of the file's bytes.
  public var sha256: String
}

/// One file of a delivery.
public struct DeliveredFile: Codable, Sendable, Hashable {
  /// Relative to `focus/`.
  public var path: String
  public var rows: Int
  public var bytes: Int
  public var sha256: String
  /// `csv` or `ndjson`.
  public var format: String
  public var organization: String
  /// The day whose charges it holds.
  public var date: String
  public var controlTotals: [String: String]
  /// Digest of everything the file was made from.
  public var madeFrom: String

  enum CodingKeys: String, CodingKey {
    case path, rows, bytes, sha256, format, organization, date
    case controlTotals = "control_totals"
    case madeFrom = "made_from"
  }

  var record: FileRecord { FileRecord(path: path, rows: rows, bytes: bytes, sha256: sha256) }
}

/// One organization's share of a delivery.
public struct DeliveredOrganization: Codable, Sendable, Hashable {
  public var billingAccountID: String
  public var billingAccountName: String
  public var rows: Int
  public var controlTotals: [String: String]
  /// By `YYYY-MM-DD`: every day of the month that was normalized.
  public var days: [String: DeliveredDay]

  enum CodingKeys: String, CodingKey {
    case rows, days
    case billingAccountID = "billing_account_id"
    case billingAccountName = "billing_account_name"
    case controlTotals = "control_totals"
  }
}

/// How far a delivered day is.
protocol DayProgress {
  var open: Bool { get }
  var degraded: [String]? { get }
  var refused: Restatement? { get }
}

extension DayProgress {
  /// Whether no run changes the day by itself any more.
  var isFinished: Bool { !open && degraded == nil && refused == nil }
}

/// One organization's day in a delivery.
public struct DeliveredDay: DayProgress, Codable, Sendable, Hashable {
  public var rows: Int
  public var open: Bool
  /// The `group_by` dimensions the cost lines were asked for.
  public var dimensions: [String]
  public var controlTotals: [String: String]
  /// Digest of the day's `charges.csv.gz`.
  public var madeFrom: String
  /// The UTC day of the run that first delivered this content.
  public var updated: String
  /// The datasets that the day was made without; nil where none was missing.
  public var degraded: [String]?
  /// The last time that the day's money became another one; nil for a day that never changed.
  public var restated: Restatement?
  /// What the day would be, where the shrink guard keeps it as it was; else nil.
  public var refused: Restatement?

  enum CodingKeys: String, CodingKey {
    case rows, open, dimensions, updated, degraded, restated, refused
    case controlTotals = "control_totals"
    case madeFrom = "made_from"
  }
}

/// `_partition.json`: what a partition holds and what it was made from.
///
/// It holds no time of day and no run id: the same inputs give the same bytes (promise 2).
public struct PartitionRecord: SealedJSON, Sendable, Hashable {
  /// The version of this file's form; 1 was without a seal.
  public var format = Self.currentFormat
  public var organization: String
  /// `costs`, `usage_completions`, …; `charges` for a normalized partition.
  public var dataset: String
  /// `YYYY-MM-DD`.
  public var date: String
  /// Whether late usage may still change the day (DESIGN, section 1).
  public var open: Bool
  /// The `group_by` dimensions asked for, in the order asked.
  public var dimensions: [String]
  /// Dimensions that were left out because the API refuses them, each with the code it answered; nil for none.
  public var refused: [String: String]?
  /// Rows of the partition's first file: result objects, or charges.
  public var rows: Int
  /// Size of all files as stored.
  public var bytes: Int
  /// SHA-256 over the bytes of all files, in their order.
  public var sha256: String
  /// Paths are relative to the partition.
  public var files: [FileRecord]
  /// Sums of money per currency as plain decimal text; nil for partitions without money, and where an amount
  /// could not be read.
  public var controlTotals: [String: String]?
  /// Inputs and their digests: for raw partitions the request, for later ones the files read.
  public var madeFrom: [String: String]
  /// Whether `controlTotals` equalled the control partition's when this was written; nil where nothing
  /// controls it.
  public var balanced: Bool?
  /// How a normalized day's money was attributed.
  public var attribution: AttributionRecord?
  /// The datasets that a normalized day had to be made without: the money is whole, who spent it may not be
  /// known. Sorted; nil where none was missing.
  public var degraded: [String]?

  public static let currentFormat = 2
  public static var sealName: StaticString { "record_sha256" }
  public var isOlderThanSeals: Bool { format == 1 }

  enum CodingKeys: String, CodingKey {
    case format, organization, dataset, date, open, dimensions, refused, rows, bytes, sha256, files,
      balanced, attribution, degraded
    case controlTotals = "control_totals"
    case madeFrom = "made_from"
  }

  public init(
    organization: String, dataset: String, day: Day, open: Bool, dimensions: [String] = [],
    controlTotals: [String: String]? = nil, madeFrom: [String: String] = [:]
  ) {
    self.organization = organization
    self.dataset = dataset
    date = day.description
    self.open = open
    self.dimensions = dimensions
    self.controlTotals = controlTotals
    self.madeFrom = madeFrom
    rows = 0
    bytes = 0
    sha256 = ""
    files = []
  }

  /// The digest of one file, by its name in the partition.
  public func digest(of path: String) -> String? { files.first { $0.path == path }?.sha256 }
}

/// How much of a day's money was attributed in which way.
public struct AttributionRecord: Codable, Sendable, Hashable {
  /// Sums by method and currency as plain decimal text.
  public var methods: [String: [String: String]]
  /// The sums without anybody known behind them, by line item and currency.
  public var unattributed: [String: [String: String]]

  public init(methods: [String: [String: String]], unattributed: [String: [String: String]]) {
    self.methods = methods
    self.unattributed = unattributed
  }
}

import Diagnostics
import Glibc
import Spend
import Staging

/// What a run did and what it summed to: the line of `--summary json`, and `runs/<run-id>.json`.
public struct RunReport: Encodable, Sendable {
  public var runID: String
  /// `extract`, `normalize`, `load` or `run`.
  public var command: String
  public var version = Version.current
  /// `YYYY-MM-DD`, inclusive; nil for a run that ended before it knew its days.
  public var from: String?
  /// `YYYY-MM-DD`, exclusive.
  public var to: String?
  /// When it started, UTC.
  public var started: String
  public var seconds = 0.0
  /// By stage, of those that ended.
  public var stageSeconds: [String: Double] = [:]
  /// Whether a signal ended the run before its time.
  public var interrupted = false
  public var exitCode: Int32 = 0
  public var organizations: [String] = []
  /// What `--partition` named; nil for a run over a window.
  public var partitions: [String]?
  public var counts = Counts()
  /// The money of each organization, day and currency at each step taken.
  public var controlTotals: [ControlEntry] = []
  /// Sums of the last step taken, by organization and currency.
  public var totals: [String: [String: String]] = [:]
  /// How much of each organization's money was attributed in which way.
  public var attribution: [String: Attribution] = [:]
  /// Billing months published or found current.
  public var deliveries: [Delivery] = []
  /// Days whose money is another one than was delivered before, currency by currency.
  public var restatements: [RestatementEntry] = []
  /// Occurrences by kind.
  public var warnings: [String: Int] = [:]
  /// The first of each kind, in words.
  public var warningExamples: [String: String] = [:]
  public var failures: [Failure] = []

  /// A run that is just starting.
  /// - Parameter shared: the partitions of a run beside which others are at work, maybe on other machines and under
  ///   the same process id.
  public init(command: String, clock: UTCClock, shared: PartitionScope? = nil) {
    runID = "\(clock.compactTimestamp)-\(getpid())"
    if let shared, let first = shared.partitions.first {
      runID += "-\(command),\(first)"
      if shared.partitions.count > 1 { runID += ",and-\(shared.partitions.count - 1)-more" }
    }
    self.command = command
    started = clock.timestamp
  }

  static func isOfPartitions(_ runID: String) -> Bool { runID.contains(",org=") }

  /// A run that ended before it could start: a wrong configuration, a locked output.
  public init(command: String, clock: UTCClock, refusedBy error: any RecoverableError) {
    self.init(command: command, clock: clock)
    exitCode = error.recovery.exitCode
    failures = [Failure(StageFailure(stage: command, organization: "", error: error))]
  }

  public struct Counts: Encodable, Sendable {
    public var partitionsFetched = 0
    public var partitionsKept = 0
    public var rawRows = 0
    public var daysNormalized = 0
    public var daysKept = 0
    public var charges = 0
    public var usageRows = 0
    public var filesWritten = 0
    public var filesKept = 0
    public var deliveredRows = 0
    /// API requests by HTTP status; `failed` for those without an answer.
    public var requests: [String: Int] = [:]

    public init() {}

    enum CodingKeys: String, CodingKey {
      case charges, requests
      case partitionsFetched = "partitions_fetched"
      case partitionsKept = "partitions_kept"
      case rawRows = "raw_rows"
      case daysNormalized = "days_normalized"
      case daysKept = "days_kept"
      case usageRows = "usage_rows"
      case filesWritten = "files_written"
      case filesKept = "files_kept"
      case deliveredRows = "delivered_rows"
    }
  }

  public struct ControlEntry: Encodable, Sendable, Hashable {
    public var organization: String
    public var date: String
    public var currency: String
    public var api: String?
    public var costLines: String?
    public var charges: String?
    public var delivered: String?
    /// Whether every step of the run was taken and shows the same money.
    public var equal: Bool

    enum CodingKeys: String, CodingKey {
      case organization, date, currency, api, charges, delivered, equal
      case costLines = "cost_lines"
    }
  }

  public struct Attribution: Encodable, Sendable {
    /// Sums by method and currency.
    public var methods: [String: [String: String]]
    /// What nobody is known for, the dearest line items first.
    public var unattributed: [LineItemTotal]
  }

  public struct LineItemTotal: Encodable, Sendable {
    public var lineItem: String
    public var totals: [String: String]

    enum CodingKeys: String, CodingKey {
      case totals
      case lineItem = "line_item"
    }
  }

  public struct Delivery: Encodable, Sendable {
    public var billingPeriod: String
    public var delivery: String
    public var manifest: String
    public var rows: Int
    public var files: Int
    public var changed: Bool
    public var controlTotals: [String: String]

    enum CodingKeys: String, CodingKey {
      case delivery, manifest, rows, files, changed
      case billingPeriod = "billing_period"
      case controlTotals = "control_totals"
    }
  }

  public struct RestatementEntry: Encodable, Sendable, Hashable {
    public var organization: String
    public var date: String
    public var currency: String
    public var was: String
    public var now: String
    public var rowsWas: Int
    public var rowsNow: Int
    /// Whether the day was open when it was delivered before.
    public var wasOpen: Bool
    /// Whether the shrink guard was overruled.
    public var acceptedShrink: Bool

    init(_ restated: RestatedDay, currency: String, was: String, now: String) {
      organization = restated.organization
      date = restated.day.description
      self.currency = currency
      self.was = was
      self.now = now
      rowsWas = restated.restatement.rowsWas
      rowsNow = restated.restatement.rowsNow
      wasOpen = restated.restatement.wasOpen
      acceptedShrink = restated.restatement.acceptedShrink ?? false
    }

    enum CodingKeys: String, CodingKey {
      case organization, date, currency, was
      case now = "is"
      case rowsWas = "rows_was"
      case rowsNow = "rows_is"
      case wasOpen = "was_open"
      case acceptedShrink = "accepted_shrink"
    }
  }

  public struct Failure: Encodable, Sendable {
    public var stage: String
    public var organization: String?
    public var dataset: String?
    public var date: String?
    public var exitCode: Int32
    public var message: String

    enum CodingKeys: String, CodingKey {
      case stage, organization, dataset, date, message
      case exitCode = "exit_code"
    }
  }

  enum CodingKeys: String, CodingKey {
    case command, version, from, to, started, seconds, organizations, counts, totals, attribution, deliveries,
      restatements, warnings, failures
    case interrupted, partitions
    case stageSeconds = "stage_seconds"
    case runID = "run_id"
    case exitCode = "exit_code"
    case controlTotals = "control_totals"
    case warningExamples = "warning_examples"
  }
}

extension ControlFigures {
  /// One entry for each currency seen at any step.
  /// - Parameter last: the run's last stage: a day that did not get there is not equal.
  func entries(upTo last: Stage?) -> [RunReport.ControlEntry] {
    let isComplete =
      switch last {
      case .extract, nil: api != nil && costLines != nil
      case .normalize: api != nil && charges != nil
      case .load: charges != nil && delivered != nil
      }
    let currencies = Set(steps.flatMap { $0.totals.texts.keys }).sorted()
    return currencies.map { currency in
      func text(_ totals: ControlTotals?) -> String? { totals.map { $0.texts[currency] ?? "0" } }
      return RunReport.ControlEntry(
        organization: organization, date: day.description, currency: currency, api: text(api),
        costLines: text(costLines), charges: text(charges), delivered: text(delivered),
        equal: areEqual && isComplete)
    }
  }
}

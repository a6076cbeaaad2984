/// The gauges that a run leaves for a collector. All are of the last run: nothing counts up over runs.
enum Metric: String, CaseIterable {
  case buildInfo = "build_info"
  case lastRun = "last_run_timestamp_seconds"
  case lastSuccess = "last_success_timestamp_seconds"
  case exitCode = "last_run_exit_code"
  case runSeconds = "last_run_seconds"
  case stageSeconds = "stage_seconds"
  case rows
  case cost
  case attributed = "attributed_ratio"
  case warnings
  case failures
  case requests = "api_requests"
  case restatedDays = "restated_days"
  case days
  case lastDay = "last_day_timestamp_seconds"

  var name: String { "unblended_" + rawValue }

  /// The unit that the name ends with.
  var unit: String? {
    switch self {
    case .lastRun, .lastSuccess, .runSeconds, .stageSeconds, .lastDay: "seconds"
    case .attributed: "ratio"
    default: nil
    }
  }

  var help: String {
    switch self {
    case .buildInfo: "The program that wrote this file."
    case .lastRun: "When the last run ended."
    case .lastSuccess: "When the last run with exit code 0 ended."
    case .exitCode: "Exit code of the last run."
    case .runSeconds: "How long the last run took."
    case .stageSeconds: "How long each stage of the last run took."
    case .rows: "Rows of the last run: raw, charges, usage, and charges in the deliveries that it touched."
    case .cost: "Cost of the days of the last run, in the currency of the label."
    case .attributed: "Share of that cost whose user or service account is known."
    case .warnings: "Warnings of the last run by kind."
    case .failures: "Failures of the last run by organization and exit code."
    case .requests: "API requests of the last run by status; failed for those without a whole answer."
    case .restatedDays: "Delivered days that had another sum in the last run."
    case .days: "Days since the first one delivered, by state; a day can be in several."
    case .lastDay: "Start of the last day delivered."
    }
  }
}

/// One value of a metric.
struct MetricSample: Hashable {
  var metric: Metric
  /// In the order in which they are written.
  var labels: [Label]
  /// A plain decimal number.
  var value: String

  struct Label: Hashable {
    var name: String
    var value: String
  }

  init(_ metric: Metric, _ labels: KeyValuePairs<String, String>, _ value: String) {
    self.metric = metric
    self.labels = labels.map { Label(name: $0.key, value: $0.value) }
    self.value = value
  }

  init(_ metric: Metric, labels: [Label], value: String) {
    self.metric = metric
    self.labels = labels
    self.value = value
  }

  func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }
}

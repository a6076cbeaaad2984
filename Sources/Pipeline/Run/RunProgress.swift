import Diagnostics
import Logging

/// What the stages of a run have come to so far.
struct RunProgress {
  var report: RunReport
  var failures: [StageFailure] = []
  var figures = FigureTable()
  private let start = ContinuousClock.now
  private let last: Stage?

  /// - Parameter last: the run's last stage.
  init(_ report: RunReport, last: Stage?) {
    self.report = report
    self.last = last
  }

  mutating func begin(_ scope: RunScope, _ logger: Logger) {
    report.from = scope.window.from.description
    report.to = scope.window.to.description
    report.organizations = scope.organizations.map(\.name)
    report.partitions = scope.partitions?.partitions.map(\.description)
    logger.info(
      "run starts",
      metadata: [
        "command": "\(report.command)", "from": "\(scope.window.from)", "to": "\(scope.window.to)",
        "organizations": "\(report.organizations.joined(separator: ","))",
      ])
  }

  mutating func end(_ stage: Stage, seconds: Double, _ logger: Logger) {
    report.stageSeconds[stage.rawValue] = seconds
    logger.info(
      "\(stage.rawValue) done",
      metadata: ["stage": "\(stage.rawValue)", "seconds": "\(seconds)", "failures": "\(failures.count)"])
    guard stage == .load else { return }
    for entry in report.restatements {
      logger.notice(
        "a delivered day has another sum",
        metadata: [
          "organization": "\(entry.organization)", "partition": "\(entry.date)",
          "currency": "\(entry.currency)", "was": "\(entry.was)", "is": "\(entry.now)",
          "was_open": "\(entry.wasOpen)",
        ])
    }
  }

  /// The report with sums, failures and the exit code that follows from them.
  var finished: RunReport {
    var report = report
    report.controlTotals = figures.all.flatMap { $0.entries(upTo: last) }
    report.totals = figures.totals
    report.failures = failures.map(RunReport.Failure.init)
    report.exitCode = Recovery.worst(failures.map(\.recovery))?.exitCode ?? 0
    report.seconds = (ContinuousClock.now - start).inSeconds
    return report
  }
}

import Diagnostics
import Synchronization

/// A run's report as far as it has come, for whoever has to write it when the run itself no longer can.
public final class RunJournal: Sendable {
  private struct State {
    var report: RunReport
    var signal: String?
  }
  private let state: Mutex<State>
  public let runID: String

  /// - Parameter shared: the partitions of a run beside which others are at work.
  public init(command: String, clock: UTCClock, shared: PartitionScope? = nil) {
    let report = RunReport(command: command, clock: clock, shared: shared)
    runID = report.runID
    state = Mutex(State(report: report))
  }

  /// What is known by now.
  public var report: RunReport { state.withLock { $0.report } }

  func note(_ report: RunReport) { state.withLock { $0.report = report } }

  /// Remembers what ends the run before its time.
  /// - Parameter signal: its name, e.g. `SIGTERM`.
  public func interrupt(by signal: String) { state.withLock { $0.signal = signal } }

  /// The report as that of an interrupted run.
  public var interruptedReport: RunReport { interrupted(report) }

  /// Marks a report as that of a run that was interrupted. Its exit code is 75 whatever had failed before: the same
  /// call may succeed.
  func interrupted(_ report: RunReport) -> RunReport {
    let interruption = Interrupted(signal: state.withLock { $0.signal })
    var report = report
    report.interrupted = true
    report.failures.append(
      RunReport.Failure(StageFailure(stage: report.command, organization: "", error: interruption)))
    report.exitCode = interruption.recovery.exitCode
    return report
  }

  /// The report as that of a run that could not start its stages.
  public func refused(by error: any Error) -> RunReport {
    var report = report
    let failure = StageFailure(stage: report.command, organization: "", error: error)
    report.failures.append(RunReport.Failure(failure))
    report.exitCode = failure.recovery.exitCode
    return report
  }
}

/// A signal ended the run.
struct Interrupted: RecoverableError {
  let signal: String?
  var recovery: Recovery { .retryLater }
  var description: String {
    "interrupted by \(signal ?? "its caller"): what was done so far is kept; run again to complete it"
  }
}

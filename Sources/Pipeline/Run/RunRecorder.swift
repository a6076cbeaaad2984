import ObjectStorage
import Staging

/// Writes what is left of every run that held the output, failed and interrupted ones too: its record in `runs/`, and
/// the metrics where they are configured.
public struct RunRecorder: Sendable {
  private let configuration: Configuration
  private let store: any Store
  private let clock: UTCClock

  public init(configuration: Configuration, store: any Store, clock: UTCClock) {
    self.configuration = configuration
    self.store = store
    self.clock = clock
  }

  /// - Returns: the report; a run whose record or metrics cannot be written has failed, and says so.
  public func record(_ report: RunReport) async -> RunReport {
    // A cancelled task still has to leave its record.
    await Task { await write(report) }.value
  }

  private func write(_ report: RunReport) async -> RunReport {
    var report = report
    do { try await writeRecord(report) } catch { report.fail(error) }
    guard let path = configuration.metrics.textfile else { return report }
    do {
      let status = try await PipelineStatus.read(store, configuration.organizations, today: clock.today)
      try writeMetrics(report, status, to: path)
    } catch {
      report.fail(error)
      do { try await writeRecord(report) } catch { report.fail(error) }
    }
    return report
  }

  /// Writes past the store and without waiting, for a process that has to end now. A bucket cannot be written to in
  /// that time, and has no record then.
  public func recordAtOnce(_ report: RunReport) {
    if case .directory(let root) = StoreAddress(configuration.output),
      let text = try? DeterministicJSON.encode(report)
    {
      try? LocalFile.write(root + "/" + Layout.run(report.runID), text, mode: configuration.fileMode)
    }
    if let path = configuration.metrics.textfile { try? writeMetrics(report, nil, to: path) }
  }

  private func writeRecord(_ report: RunReport) async throws {
    try await store.write(Layout.run(report.runID), try DeterministicJSON.encode(report))
  }

  private func writeMetrics(_ report: RunReport, _ status: PipelineStatus?, to path: String) throws {
    let earlier = try LocalFile.bytes(path).map { OpenMetricsText.samples(in: $0) } ?? []
    let metrics = RunMetrics(report, status: status, now: clock.seconds, earlier: earlier)
    try LocalFile.write(path, OpenMetricsText.encode(metrics.samples), mode: configuration.fileMode)
  }
}

extension RunReport {
  /// Takes note of what could not be written at the end.
  fileprivate mutating func fail(_ error: any Error) {
    let failure = StageFailure(stage: command, organization: "", error: error)
    failures.append(Failure(failure))
    if exitCode == 0 { exitCode = failure.recovery.exitCode }
  }
}

import Staging

/// Writes what is left of every run that held the output, failed and interrupted ones too: its record in
/// `runs/`.
public struct RunRecorder: Sendable {
  private let configuration: Configuration
  private let store: any Store

  public init(configuration: Configuration, store: any Store) {
    self.configuration = configuration
    self.store = store
  }

  /// - Returns: the report; a run whose record cannot be written has failed, and says so.
  public func record(_ report: RunReport) async -> RunReport {
    // A cancelled task still has to leave its record.
    await Task { await write(report) }.value
  }

  private func write(_ report: RunReport) async -> RunReport {
    var report = report
    do { try await writeRecord(report) } catch { report.fail(error) }
    return report
  }

  /// Writes past the store and without waiting, for a process that has to end now.
  public func recordAtOnce(_ report: RunReport) {
    let path = configuration.output + "/" + Layout.run(report.runID)
    if let text = try? DeterministicJSON.encode(report) {
      try? LocalFile.write(path, text, mode: configuration.fileMode)
    }
  }

  private func writeRecord(_ report: RunReport) async throws {
    try await store.write(Layout.run(report.runID), try DeterministicJSON.encode(report))
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

import Diagnostics
import Logging
import Pipeline
import Staging

/// One run that holds its output: what it needs, what it leaves, and how it is ended before its time.
struct RunSession: Sendable {
  private let configuration: Configuration
  /// Partitions that are locked while others work on theirs; nil for a run that has the output for itself.
  private let shared: PartitionScope?
  private let clock: UTCClock
  private let stores: OutputStores
  private let diagnostics: DiagnosticsCollector
  private let journal: RunJournal
  private let recorder: RunRecorder
  private let logger: Logger
  private let progress: any ProgressReporter

  /// - Parameter shared: the partitions of a run beside which others may be at work. It leaves the metrics alone, which
  ///   tell the last run of a kind, and what others have set aside.
  init(
    configuration: Configuration, clock: UTCClock, command: String, sharing shared: PartitionScope? = nil,
    logger: Logger, progress: any ProgressReporter
  ) throws {
    var configuration = configuration
    if shared != nil { configuration.metrics.textfile = nil }
    self.configuration = configuration
    self.shared = shared
    self.clock = clock
    self.progress = progress
    journal = RunJournal(command: command, clock: clock, shared: shared)
    var named = logger
    named[metadataKey: "run_id"] = "\(journal.runID)"
    let logger = named
    self.logger = logger
    diagnostics = DiagnosticsCollector { diagnostic in
      var metadata: Logger.Metadata = ["kind": "\(diagnostic.kind)"]
      for (name, value) in diagnostic.place { metadata[name] = "\(value)" }
      logger.warning("\(diagnostic.message)", metadata: metadata)
    }
    stores = try OutputStores(
      configuration, environment: ConfigurationFile.environment, diagnostics: diagnostics)
    recorder = RunRecorder(configuration: configuration, store: stores.store, clock: clock)
  }

  /// Locks the output for this run.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run holds it.
  func lock() async throws -> any OutputLock {
    if let shared { return try await stores.lock(shared) }
    return try await stores.lock()
  }

  /// Runs the stages; whatever becomes of them, the run has its record.
  func run(
    _ stages: [Stage], _ scope: RunScope, from dashboardExport: DashboardExport?, catchesUp: Bool
  ) async -> RunReport {
    do {
      if shared == nil { try await stores.store.removeScratch() }
      let client = try APIClientFactory(
        configuration: configuration, environment: ConfigurationFile.environment, logger: logger,
        diagnostics: diagnostics)
      var context = StageContext(
        store: stores.store, diagnostics: diagnostics, logger: logger, progress: progress)
      if shared != nil { context.turn = { [stores] in try await stores.turn($0) } }
      let report = await PipelineRun(
        configuration: configuration, context: context, client: client, clock: clock
      ).run(stages, scope, journal: journal, from: dashboardExport, catchesUp: catchesUp)
      if report.interrupted, shared == nil { await removeScratch() }
      return report
    } catch {
      return await recorder.record(journal.refused(by: error))
    }
  }

  /// Removes what an ended run left aside: nobody writes there any more. What is left is removed by the next run.
  private func removeScratch() async {
    let store = stores.store
    try? await store.removeScratch()
    if (try? await store.list("focus/.building").isEmpty) == false {
      try? await store.replace("focus/.building", with: [])
    }
  }

  /// How a signal ends the run.
  func work(cancelling task: Task<RunReport, Never>) -> Interruption.Work {
    Interruption.Work(
      cancel: { [journal] signal in
        journal.interrupt(by: signal)
        task.cancel()
      },
      lastResort: { [journal, recorder] in recorder.recordAtOnce(journal.interruptedReport) })
  }

  /// Tells what failed, with its place as fields.
  func log(_ failure: RunReport.Failure) {
    let fields = [
      ("stage", failure.stage), ("organization", failure.organization), ("dataset", failure.dataset),
      ("partition", failure.date), ("exit_code", "\(failure.exitCode)"),
    ]
    var metadata: Logger.Metadata = [:]
    for (name, value) in fields { metadata[name] = value.map { "\($0)" } }
    logger.error("\(failure.message)", metadata: metadata)
  }
}

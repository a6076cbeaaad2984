import Diagnostics
import Logging
import Spend
import Staging

/// A stage of the pipeline.
public enum Stage: String, Sendable, CaseIterable {
  case extract
  case normalize
  case load
}

/// Runs stages one after the other over one scope and reports what came of them.
///
/// What fails for one organization or day is collected; the others go on, and the run's exit code is the worst
/// of all. Only what stops everything (a store that refuses) ends the run early, and is reported as well.
public struct PipelineRun: Sendable {
  private let configuration: Configuration
  private let context: StageContext
  private let client: APIClientFactory
  private let clock: UTCClock

  public init(
    configuration: Configuration, context: StageContext, client: APIClientFactory,
    clock: UTCClock = UTCClock()
  ) {
    self.configuration = configuration
    self.context = context
    self.client = client
    self.clock = clock
  }

  /// - Parameters:
  ///   - command: what the report calls the run.
  ///   - dashboardExport: what extract reads in place of the API.
  public func run(
    _ stages: [Stage], _ scope: RunScope, command: String, from dashboardExport: DashboardExport? = nil
  ) async -> RunReport {
    await run(stages, scope, journal: RunJournal(command: command, clock: clock), from: dashboardExport)
  }

  /// - Parameters:
  ///   - journal: told how far the run has come.
  ///   - dashboardExport: what extract reads in place of the API.
  ///   - catchesUp: whether the run begins earlier where older days are not finished.
  public func run(
    _ stages: [Stage], _ scope: RunScope, journal: RunJournal, from dashboardExport: DashboardExport? = nil,
    catchesUp: Bool = false
  ) async -> RunReport {
    var progress = RunProgress(journal.report, last: stages.last)
    do {
      var scope = scope
      if catchesUp {
        scope = try await CatchUp(context).extended(scope)
      }
      progress.begin(scope, context.logger)
      for stage in stages {
        try Task.checkCancellation()
        let start = ContinuousClock.now
        try await run(stage, scope, from: dashboardExport, into: &progress)
        progress.end(stage, seconds: (ContinuousClock.now - start).inSeconds, context.logger)
        journal.note(report(progress))
      }
      try Task.checkCancellation()
    } catch {
      // What fails while the run is being ended fails because of it.
      if !Task.isCancelled {
        progress.failures.append(
          StageFailure(stage: progress.report.command, organization: "", error: error))
      }
    }
    let report = report(progress)
    return await RunRecorder(configuration: configuration, store: context.store, clock: clock).record(
      Task.isCancelled ? journal.interrupted(report) : report)
  }

  private func run(
    _ stage: Stage, _ scope: RunScope, from dashboardExport: DashboardExport?,
    into progress: inout RunProgress
  ) async throws {
    switch stage {
    case .extract:
      let output = try await extract(scope, from: dashboardExport)
      output.count(into: &progress.report.counts)
      if let window = output.window {
        (progress.report.from, progress.report.to) = (window.from.description, window.to.description)
      }
      for entry in output.figures { progress.figures.add(entry) }
      progress.failures += output.failures
    case .normalize:
      let output = try await NormalizeStage(configuration: configuration, context: context).run(scope)
      output.count(into: &progress.report)
      for day in output.days { progress.figures.add(day.figures) }
      add(output.failures, to: &progress.failures)
    case .load:
      let output = try await LoadStage(configuration: configuration, context: context).run(scope)
      output.count(into: &progress.report)
      for entry in output.figures where scope.covers(entry) { progress.figures.add(entry) }
      add(output.failures, to: &progress.failures)
    }
  }

  /// The report as far as the run has come.
  private func report(_ progress: RunProgress) -> RunReport {
    var report = progress.finished
    report.counts.requests = client.requestsByStatus
    report.warnings = context.diagnostics.counts
    report.warningExamples = context.diagnostics.examples
    return report
  }

  /// What an earlier stage could not make has been told; that it is missing now is no second failure.
  private func add(_ new: [StageFailure], to failures: inout [StageFailure]) {
    let told = Set(failures.map(\.organization))
    failures += new.filter { !($0.isMissingDay && told.contains($0.organization)) }
  }

  private func extract(_ scope: RunScope, from dashboardExport: DashboardExport?) async throws
    -> ExtractOutput
  {
    guard let dashboardExport else {
      return try await ExtractStage(configuration: configuration, context: context, client: client).run(scope)
    }
    return try await ImportStage(configuration: configuration, context: context).run(dashboardExport, scope)
  }
}

extension RunScope {
  func covers(_ figures: ControlFigures) -> Bool {
    covers(figures.organization, figures.day)
  }
}

extension RunReport.Failure {
  init(_ failure: StageFailure) {
    self.init(
      stage: failure.stage, organization: failure.organization.isEmpty ? nil : failure.organization,
      dataset: failure.dataset, date: failure.day?.description, exitCode: failure.recovery.exitCode,
      message: failure.message)
  }
}

extension Duration {
  /// For reports, to the millisecond.
  var inSeconds: Double {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    return Double(milliseconds) / 1000
  }
}

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
    let start = ContinuousClock.now
    var report = RunReport(command: command, clock: clock)
    report.from = scope.window.from.description
    report.to = scope.window.to.description
    report.organizations = scope.organizations.map(\.name)
    var failures: [StageFailure] = []
    var figures = FigureTable()
    do {
      for stage in stages {
        switch stage {
        case .extract:
          let output = try await extract(scope, from: dashboardExport)
          output.count(into: &report.counts)
          if let window = output.window {
            (report.from, report.to) = (window.from.description, window.to.description)
          }
          for entry in output.figures { figures.add(entry) }
          failures += output.failures
        case .normalize:
          let output = try await NormalizeStage(configuration: configuration, context: context).run(scope)
          output.count(into: &report)
          for day in output.days { figures.add(day.figures) }
          add(output.failures, to: &failures)
        case .load:
          let output = try await LoadStage(configuration: configuration, context: context).run(scope)
          output.count(into: &report)
          for entry in output.figures where scope.covers(entry) { figures.add(entry) }
          add(output.failures, to: &failures)
        }
      }
    } catch {
      failures.append(StageFailure(stage: command, organization: "", error: error))
    }
    report.controlTotals = figures.all.flatMap { $0.entries(upTo: stages.last) }
    report.totals = figures.totals
    report.counts.requests = client.requestsByStatus
    report.warnings = context.diagnostics.counts
    report.warningExamples = context.diagnostics.examples
    report.failures = failures.map(RunReport.Failure.init)
    report.exitCode = Recovery.worst(failures.map(\.recovery))?.exitCode ?? 0
    report.seconds = (ContinuousClock.now - start).inSeconds
    return await record(report)
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

  /// Writes `runs/<run-id>.json`; a run whose record cannot be written has failed.
  private func record(_ report: RunReport) async -> RunReport {
    var report = report
    do {
      try await context.store.write(Layout.run(report.runID), try DeterministicJSON.encode(report))
    } catch {
      let failure = StageFailure(stage: report.command, organization: "", error: error)
      report.failures.append(RunReport.Failure(failure))
      if report.exitCode == 0 { report.exitCode = failure.recovery.exitCode }
    }
    return report
  }
}

extension RunScope {
  func covers(_ figures: ControlFigures) -> Bool {
    window.contains(figures.day) && organizations.contains { $0.name == figures.organization }
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

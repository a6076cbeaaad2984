import ArgumentParser
import Diagnostics
import Pipeline
import Staging

/// `unblended plan`: the partitions that are due, for an engine that hands them out.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print the partitions due, for Airflow, Spark or another engine to hand out.",
    discussion: """
      Tells what a run with the same flags would do, without a key, a network (but that of a bucket) or a lock, and
      writes nothing. All of extract in any order, then all of normalize, then one load give the bytes of that run.
      Without --from and --to, older days that are missing, open or degraded in the deliveries are among them. The
      exit code is 0 also where nothing is due.

      EXAMPLES
        unblended plan
        unblended plan --stage extract --format lines | xargs -P 4 -n 1 extract --quiet --partition
        unblended plan --from 2026-01-01 --stage load --format lines >load.plan; load --partition @load.plan
      """)

  @OptionGroup var window: ScopeOptions

  @Option(help: "Only this stage: extract, normalize or load.")
  var stage: Stage?

  @Option(
    help:
      "What is printed to standard output: json (one line) or lines (one partition a line, needs --stage).")
  var format = PlanFormat.json

  func validate() throws {
    if format == .lines, stage == nil { throw ValidationError("--format lines needs --stage.") }
  }

  func run() async throws {
    do {
      let configuration = try ConfigurationFile.read(window.config)
      let today = try ConfigurationFile.clock().today
      let logger = StageCommand.makeLogger(.text, quiet: false, label: "plan")
      let diagnostics = DiagnosticsCollector { logger.warning("\($0.message)") }
      let store = try OutputStores(
        configuration, environment: ConfigurationFile.environment, diagnostics: diagnostics
      ).store
      let plan = try await Planner(
        configuration: configuration,
        context: StageContext(store: store, diagnostics: diagnostics, logger: logger)
      ).plan(
        window.scope(configuration, today: today), stages: stage.map { [$0] } ?? Stage.allCases,
        catchesUp: window.isDefault)
      try StandardStreams.writeSummary(text(of: plan))
    } catch let error as any RecoverableError {
      StandardStreams.writeError("plan: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  private func text(of plan: PartitionPlan) throws -> String {
    switch format {
    case .json:
      String(decoding: try DeterministicJSON.encode(plan.texts(of: stage), onOneLine: true), as: UTF8.self)
    case .lines:
      (stage.map { plan.partitions(of: $0) } ?? []).map { "\($0)\n" }.joined()
    }
  }
}

enum PlanFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case json
  case lines
}

extension Stage: ExpressibleByArgument {}

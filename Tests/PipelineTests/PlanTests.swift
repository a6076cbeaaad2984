import Diagnostics
import Logging
import Simulator
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// A run that is handed out by partitions.
@Suite struct PlanTests {
  @Test(arguments: ["org=acme,date=2026-11-03", "org=a-1,dataset=names"])
  func partitionsAreReadAsTheyAreWritten(text: String) throws {
    let partition = try #require(RunPartition(text))
    #expect(partition.description == text)
    let parts = text.split(separator: ",")
    #expect(RunPartition("\(parts[1]),\(parts[0])") == partition)
  }

  @Test(arguments: [
    "", "acme", "org=acme", "date=2026-11-03", "org=acme,date=2026-11-31", "org=acme,date=2026-11-3",
    "org=,date=2026-11-03", "org=acme,dataset=costs", "org=acme,date=2026-11-03,dataset=names",
    "org=acme,org=acme", "org=acme,date=2026-11-03,", "org=acme, date=2026-11-03",
  ])
  func whatIsNoPartitionIsRefused(text: String) { #expect(RunPartition(text) == nil) }

  private func plan(_ harness: Harness, _ from: String, _ to: String) async throws -> PartitionPlan {
    let scope = RunScope(
      window: DayRange(from: try #require(Day(from)), to: try #require(Day(to))),
      organizations: harness.configuration.organizations, today: harness.today)
    return try await Planner(configuration: harness.configuration, context: context(harness)).plan(
      scope, catchesUp: false)
  }

  private func context(_ harness: Harness) -> StageContext {
    StageContext(
      store: harness.store, diagnostics: DiagnosticsCollector(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func run(_ stage: Stage, _ partitions: [RunPartition], _ harness: Harness) async throws {
    let context = context(harness)
    let client = APIClientFactory(
      transport: harness.transport, configuration: harness.configuration, environment: harness.environment,
      logger: context.logger, diagnostics: context.diagnostics)
    let report = await PipelineRun(
      configuration: harness.configuration, context: context, client: client,
      clock: UTCClock(fixedAt: harness.today)
    ).run(
      [stage],
      RunScope(PartitionScope(partitions), of: harness.configuration.organizations, today: harness.today),
      command: stage.rawValue)
    #expect(report.exitCode == 0, "\(partitions): \(report.failures)")
    #expect(report.partitions == partitions.sorted().map(\.description))
  }

  /// In any order, one by one or several at once, whatever the API refuses: what is remembered of it must be that of
  /// the newest days.
  @Test(
    arguments: [
      "realistic", "realistic,no-user-grouping,no-key-grouping=globex", "realistic,key-floor=2026-11-12",
    ],
    [1, 3])
  func partitionsGiveTheBytesOfOneRun(oddities: String, batch: Int) async throws {
    let client = try SimulatedClient(oddities: oddities)
    let one = try client.harness(settings: "extract: { lookback_days: 3 }\n")
    let many = try client.harness(settings: "extract: { lookback_days: 3 }\n")
    var order = RepeatableGenerator(seed: 4)
    // A back-fill, the days after it, and all of it once more.
    for window in [("2026-10-30", "2026-11-06"), ("2026-11-04", "2026-11-20"), ("2026-10-30", "2026-11-20")] {
      #expect(try await one.run(from: window.0, to: window.1).exitCode == 0)
      let plan = try await plan(many, window.0, window.1)
      for stage in [Stage.extract, .normalize] {
        let partitions = plan.partitions(of: stage).shuffled(using: &order)
        for start in stride(from: 0, to: partitions.count, by: batch) {
          try await run(stage, Array(partitions[start..<min(start + batch, partitions.count)]), many)
        }
      }
      try await run(.load, plan.load, many)
      #expect(try await differing(one.content(), many.content()) == [], "\(window)")
    }
  }

  /// Whole look-back, names, and no more.
  @Test func onlyWhatARunWouldFetchIsDue() async throws {
    let client = try SimulatedClient()
    let harness = try client.harness(settings: "extract: { lookback_days: 3 }\n")
    #expect(try await harness.run(from: "2026-11-10", to: "2026-11-20").exitCode == 0)
    let plan = try await plan(harness, "2026-11-08", "2026-11-20")
    client.forgetRequests()
    #expect(client.requests.isEmpty)
    let names = harness.configuration.organizations.map(\.name)
    let due = names.flatMap { name in
      [RunPartition(organization: name, day: nil)]
        + ["2026-11-08", "2026-11-09", "2026-11-17", "2026-11-18", "2026-11-19"].map {
          RunPartition(organization: name, day: Day($0))
        }
    }
    #expect(plan.extract == due.sorted())
    #expect(plan.normalize.count == names.count * 13 && plan.load.count == names.count * 12)
    #expect(plan.texts(of: .load).keys.sorted() == ["load"])
  }

  /// Nothing is there yet of days to come.
  @Test func daysToComeAreNotPlanned() async throws {
    let harness = try SimulatedClient().harness()
    let plan = try await plan(harness, "2026-11-19", "2026-11-25")
    #expect(Set(plan.load.compactMap { $0.day?.description }) == ["2026-11-19", "2026-11-20"])
  }

  @Test func recordsOfPartitionsAreToldApart() throws {
    let scope = PartitionScope(
      ["org=b,date=2026-11-03", "org=a,dataset=names"].compactMap { RunPartition($0) })
    let clock = UTCClock(fixedAt: try #require(Day("2026-11-20")))
    let report = RunReport(command: "extract", clock: clock, shared: scope)
    #expect(report.runID.hasPrefix("20261120T000000Z-"))
    #expect(report.runID.hasSuffix("-extract,org=a,dataset=names,and-1-more"))
    #expect(RunReport.isOfPartitions(report.runID))
    #expect(!RunReport.isOfPartitions(RunReport(command: "run", clock: clock).runID))
  }
}

import Diagnostics
import Staging
import Testing

@testable import OpenAIAdmin
@testable import Pipeline

/// What only enriches may fail: the money is delivered, the day says what it was made without, and the next run
/// makes it whole.
@Suite struct DegradedTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"
  private static let usageDown: @Sendable (ScriptedAPI.Call) -> HTTPResponse? = {
    $0.path.hasPrefix("/organization/usage/completions") ? ScriptedAPI.refusal(503, "no") : nil
  }
  private static let projectsDown: @Sendable (ScriptedAPI.Call) -> HTTPResponse? = {
    $0.path.hasPrefix("/organization/projects") ? ScriptedAPI.refusal(500, "no") : nil
  }

  /// Usage that tells who is behind one cost line, so that attribution depends on it.
  private static var attributed: ScriptedAPI {
    var api = ScriptedAPI.ordinary
    for day in ["2026-11-02", "2026-11-03", "2026-11-04"] {
      api.usage["completions", default: [:]][day] = [
        #"{"object":"organization.usage.completions.result","project_id":"proj_1","user_id":"user_1","#
          + #""api_key_id":null,"model":"gpt-5","batch":false,"service_tier":"default","input_tokens":1000000,"#
          + #""input_uncached_tokens":1000000,"output_tokens":0,"num_model_requests":1}"#
      ]
    }
    return api
  }

  private static func degraded(_ harness: Harness) async throws -> [String: [String]] {
    let organizations = try #require(try await harness.manifest("2026-11")).organizations
    return organizations.values.reduce(into: [:]) { result, organization in
      for (date, day) in organization.days { result[date] = day.degraded }
    }
  }

  private static func withoutSuperseded(_ harness: Harness) async throws -> [String: [UInt8]] {
    try await harness.content().filter { !$0.key.hasPrefix("focus/superseded/") }
  }

  @Test func nothingIsDegradedWhereNothingIsMissing() async throws {
    let harness = try Self.attributed.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0 && report.warnings["degraded"] == nil)
    #expect(try await Self.degraded(harness) == [:])
    let principals = try await harness.delivered("2026-11").compactMap { $0["x_PrincipalId"] }
    #expect(principals == ["user_1", "user_1", "user_1"], "the test needs usage that attributes")
  }

  @Test func daysWithoutUsageAreDeliveredAndSaySo() async throws {
    var api = Self.attributed
    api.answer = Self.usageDown
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 69)
    #expect(report.warnings["degraded"] == 3)
    #expect(report.warningExamples["degraded"]?.contains("usage_completions") == true)
    #expect(report.controlTotals.count == 3 && report.controlTotals.allSatisfy(\.equal))
    let missing = ["usage_completions"]
    #expect(
      try await Self.degraded(harness)
        == ["2026-11-02": missing, "2026-11-03": missing, "2026-11-04": missing])
    for day in ["2026-11-02", "2026-11-03", "2026-11-04"] {
      let record = try await PartitionStore(harness.store).record("normalized/org=acme/date=\(day)")
      #expect(record?.degraded == missing)
    }
    #expect(try await harness.delivered("2026-11").allSatisfy { $0["x_PrincipalId"] == nil })
  }

  /// The days have settled, their costs are not fetched again; what was missing is, and the end is as if nothing
  /// had ever been missing.
  @Test(arguments: ["usage", "names"])
  func theNextRunRepairsThem(what: String) async throws {
    let store = MemoryStore()
    var api = Self.attributed
    api.answer = what == "usage" ? Self.usageDown : Self.projectsDown
    var troubled = try api.harness(["acme"], store: store)
    _ = try await troubled.run(from: from, to: to)
    let lists = ["api_keys", "projects", "service_accounts"]
    #expect(
      try await Self.degraded(troubled)["2026-11-03"] == (what == "usage" ? ["usage_completions"] : lists))

    troubled = try Self.attributed.harness(["acme"], store: store)
    let diagnostics = DiagnosticsCollector()
    let today = try #require(Day("2026-11-12"))
    let scope = try await CatchUp(store: store, diagnostics: diagnostics).extended(
      RunScope(
        window: DayRange(from: today.advanced(by: -3), to: today),
        organizations: troubled.configuration.organizations, today: today))
    #expect(scope.window.from.description == from, "the oldest degraded day")

    let repaired = try await troubled.run(from: from, to: to)
    #expect(repaired.exitCode == 0 && repaired.warnings["degraded"] == nil)
    #expect(try await Self.degraded(troubled) == [:])
    let untroubled = try Self.attributed.harness(["acme"])
    _ = try await untroubled.run(from: from, to: to)
    #expect(
      differing(try await Self.withoutSuperseded(troubled), try await Self.withoutSuperseded(untroubled))
        == [])
  }

  /// A key that may never read the lists leaves its days degraded; runs do not begin with them for ever.
  @Test func namesThatNeverComeAreNotWaitedFor() async throws {
    var api = Self.attributed
    api.answer = Self.projectsDown
    let harness = try api.harness(["acme"])
    _ = try await harness.run(from: from, to: to)
    func start() async throws -> String {
      let today = try #require(Day("2026-12-20"))
      let scope = RunScope(
        window: DayRange(from: try #require(Day("2026-12-15")), to: today),
        organizations: harness.configuration.organizations, today: today)
      let extended = try await CatchUp(store: harness.store, diagnostics: DiagnosticsCollector())
        .extended(scope)
      return extended.window.from.description
    }
    #expect(try await start() == to, "the first day never delivered, and not the days without names")
    let lists = ["projects", "users", "service_accounts", "api_keys"]
    for list in lists {
      let folder = Layout.raw(organization: "acme", dataset: list, day: try #require(Day("2026-12-01")))
      try await harness.store.write(folder + "/_partition.json", [])
    }
    #expect(try await start() == from, "the lists have come, and the days can be made whole")
  }

  /// Costs that settle while usage is down are not whole: usage of yesterday attributes costs of today.
  @Test func usageThatDidNotSettleWithTheCostsIsMissing() async throws {
    let store = MemoryStore()
    var first = try Self.attributed.harness(["acme"], store: store)
    first.today = try #require(Day("2026-11-05"))
    #expect(try await first.run(from: from, to: to).exitCode == 0)
    var api = Self.attributed
    api.answer = Self.usageDown
    var second = try api.harness(["acme"], store: store)
    second.today = try #require(Day("2026-11-07"))
    #expect(try await second.run(from: from, to: to).exitCode == 69)
    let missing = ["usage_completions"]
    #expect(try await Self.degraded(second) == ["2026-11-03": missing, "2026-11-04": missing])
  }

  /// Names that were listed before the day was over do not tell who came later that day.
  @Test func namesHaveToBeListedAfterTheDay() async throws {
    let store = MemoryStore()
    let folder = Layout.raw(organization: "acme", dataset: "users", day: try #require(Day("2026-11-04")))
    try await store.write(folder + "/_partition.json", [])
    func missing(_ day: String, today: String) async throws -> [String] {
      let listed = try await ListedNames(store, organization: "acme", today: try #require(Day(today)))
      return listed.missing(on: try #require(Day(day)))
    }
    #expect(try await !missing("2026-11-03", today: "2026-11-05").contains("users"))
    #expect(try await missing("2026-11-04", today: "2026-11-05").contains("users"))
    #expect(
      try await !missing("2026-11-04", today: "2026-11-04").contains("users"),
      "the current day has no later snapshot")
    #expect(
      try await missing("2026-11-01", today: "2026-11-05") == ["projects", "service_accounts", "api_keys"])
  }

  /// One organization's outage is not the other's.
  @Test func theOtherOrganizationIsWhole() async throws {
    var api = Self.attributed
    api.answer = { $0.organization == "acme" ? Self.usageDown($0) : nil }
    let harness = try api.harness()
    #expect(try await harness.run(from: from, to: to).exitCode == 69)
    let organizations = try #require(try await harness.manifest("2026-11")).organizations
    #expect(organizations["acme"]?.days.values.allSatisfy { $0.degraded != nil } == true)
    #expect(organizations["globex"]?.days.values.allSatisfy { $0.degraded == nil } == true)
  }
}

import Staging
import Testing

@testable import OpenAIAdmin
@testable import Pipeline

/// What `unblended status` says, from manifests and records alone.
@Suite struct StatusTests {
  private static func day(_ text: String) throws -> Day { try #require(Day(text)) }

  private static func status(_ harness: Harness, today: String) async throws -> PipelineStatus {
    try await PipelineStatus.read(
      harness.store, harness.configuration.organizations, today: try day(today))
  }

  @Test func beforeTheFirstRunThereIsNothing() async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    let status = try await Self.status(harness, today: "2026-11-20")
    #expect(status.organizations.map(\.organization) == ["acme", "globex"])
    #expect(status.lastRun == nil && status.damaged.isEmpty)
    for organization in status.organizations {
      #expect(organization.fetched == 0 && organization.firstDay == nil && organization.daysBehind == nil)
      #expect(organization.missing.isEmpty && organization.lastSuccess == nil)
    }
  }

  @Test func tellsOpenSettledMissingAndHowStale() async throws {
    var harness = try ScriptedAPI.ordinary.harness(["acme"])
    harness.today = try Self.day("2026-11-06")
    _ = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    let fresh = try #require(try await Self.status(harness, today: "2026-11-05").organizations.first)
    #expect(fresh.settled == 2 && fresh.open == ["2026-11-04"] && fresh.missing.isEmpty)
    #expect(fresh.firstDay == "2026-11-02" && fresh.lastDay == "2026-11-04" && fresh.daysBehind == 0)
    #expect(fresh.fetched == 3 && fresh.lastSuccess?.command == "run")
    let stale = try #require(try await Self.status(harness, today: "2026-11-08").organizations.first)
    #expect(stale.daysBehind == 3 && stale.missing == ["2026-11-05", "2026-11-06", "2026-11-07"])
  }

  @Test func tellsDegradedRefusedAndRestatedDays() async throws {
    let store = MemoryStore()
    func harness(_ api: ScriptedAPI) throws -> Harness {
      var harness = try api.harness(["acme"], store: store)
      harness.today = try Self.day("2026-11-05")
      return harness
    }
    _ = try await harness(.ordinary).run(from: "2026-11-02", to: "2026-11-05")
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-02"] = []
    api.costs["2026-11-03"]?.append(ScriptedAPI.cost("100"))
    api.answer = { $0.path.hasPrefix("/organization/users") ? ScriptedAPI.refusal(500, "no") : nil }
    let troubled = try harness(api)
    let report = try await troubled.run(from: "2026-11-02", to: "2026-11-06")
    #expect(report.exitCode == 65)
    let status = try await Self.status(troubled, today: "2026-11-06")
    let one = try #require(status.organizations.first)
    #expect(one.refused == ["2026-11-02"] && one.restated == ["2026-11-03"])
    #expect(status.lastRun?.exitCode == 65)
  }

  /// A run in which the other organization failed is a success for this one.
  @Test func successIsCountedForEachOrganization() async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { $0.organization == "acme" ? ScriptedAPI.refusal(401, "no") : nil }
    let harness = try api.harness()
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 77)
    let status = try await Self.status(harness, today: "2026-11-20")
    #expect(status.organizations.map { $0.lastSuccess == nil } == [true, false])
    #expect(status.lastRun?.exitCode == 77)
  }

  /// A damaged manifest or record is told or passed over, and hides nothing else.
  @Test func damageIsNoObstacle() async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-10-31"] = [ScriptedAPI.cost("5", lineItem: "gpt-5, input")]
    let harness = try api.harness(["acme"])
    _ = try await harness.run(from: "2026-10-31", to: "2026-11-05")
    try await harness.store.write("focus/metadata/BILLING_PERIOD=2026-10/manifest.json", Array("{".utf8))
    try await harness.store.write("runs/99999999T000000Z-1.json", Array("{".utf8))
    let status = try await Self.status(harness, today: "2026-11-05")
    #expect(status.damaged == ["focus/metadata/BILLING_PERIOD=2026-10/manifest.json"])
    #expect(status.organizations.first?.firstDay == "2026-11-01" && status.lastRun?.exitCode == 0)
  }
}

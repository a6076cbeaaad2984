import FOCUS
import Pipeline
import Staging
import Testing

/// The FOCUS 1.4 Billing Period dataset, and the metadata that each version has.
@Suite struct BillingPeriodTests {
  private static let path = "focus/billing_periods/billing_periods.csv"
  private static let v14 = "load: { focus_version: \"1.4\" }\n"

  private func periods(_ harness: Harness) async throws -> [String] {
    let bytes = try await harness.store.readExisting(Self.path)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map(String.init)
  }

  private func status(_ harness: Harness) async throws -> [String] {
    try await periods(harness).map { $0.split(separator: ",")[4].description }
  }

  @Test func aPastMonthClosesWhenItsLastDayIsThereAndAllAreSettled() async throws {
    let client = try SimulatedClient()
    var harness = try client.harness(settings: Self.v14)
    harness.today = try #require(Day("2026-11-05"))
    // Without the month's last day more is to come.
    #expect(try await harness.run(from: "2026-10-29", to: "2026-10-31").exitCode == 0)
    #expect(try await status(harness) == ["Open"])
    #expect(try await harness.run(from: "2026-10-29", to: "2026-11-02").exitCode == 0)
    #expect(
      try await periods(harness) == [
        "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,2026-11-05T00:00:00Z,2026-10-01T00:00:00Z,Closed,OpenAI",
        "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,2026-11-05T00:00:00Z,2026-11-01T00:00:00Z,Open,OpenAI",
      ])
  }

  @Test func openDaysAndMissingOrganizationsKeepAPastMonthOpen() async throws {
    let client = try SimulatedClient()
    var harness = try client.harness(settings: Self.v14)
    harness.today = try #require(Day("2026-11-02"))
    #expect(try await harness.run(from: "2026-10-29", to: "2026-11-01").exitCode == 0)
    #expect(try await status(harness) == ["Open"])
    harness.today = try #require(Day("2026-11-10"))
    let name = try #require(harness.configuration.organizations.first?.name)
    #expect(try await harness.run(from: "2026-10-29", to: "2026-11-01", only: [name]).exitCode == 0)
    #expect(try await status(harness) == ["Open"])
    #expect(try await harness.run(from: "2026-10-29", to: "2026-11-01").exitCode == 0)
    #expect(try await status(harness) == ["Closed"])
  }

  @Test func itIsNoChargeAndASecondRunChangesNothing() async throws {
    let harness = try SimulatedClient().harness(settings: Self.v14)
    _ = try await harness.run(from: "2026-11-11", to: "2026-11-13")
    let before = try await harness.content()
    #expect(!before.keys.contains { $0.hasPrefix("focus/data/") && $0.contains("billing_periods") })
    _ = try await harness.run(from: "2026-11-11", to: "2026-11-13")
    #expect(differing(before, try await harness.content()) == [])
  }

  @Test func anEarlierVersionTakesItAway() async throws {
    let client = try SimulatedClient()
    let new = try client.harness(settings: Self.v14)
    _ = try await new.run(from: "2026-11-11", to: "2026-11-12")
    let identifier = try await new.manifest("2026-11")?.datasetInstanceID
    let old = try client.harness(store: new.store, settings: "load: { focus_version: \"1.3\" }\n")
    _ = try await old.run(from: "2026-11-11", to: "2026-11-12")
    #expect(try await !old.content().keys.contains { $0.contains("billing_periods") })
    #expect(try await old.manifest("2026-11")?.datasetInstanceID == identifier)
  }

  @Test(arguments: [("1.2", []), ("1.3", ["CostAndUsage"]), ("1.4", ["CostAndUsage", "BillingPeriod"])])
  func eachVersionHasItsOwnMetadata(version: String, datasets: [String]) async throws {
    let harness = try SimulatedClient().harness(settings: "load: { focus_version: \"\(version)\" }\n")
    _ = try await harness.run(from: "2026-11-11", to: "2026-11-12")
    let content = try await harness.content()
    let instances = try content["focus/metadata/dataset_instances.json"].map {
      try DeterministicJSON.decode([DatasetInstanceMetadata].self, from: $0, path: "dataset_instances.json")
    }
    #expect((instances ?? []).map(\.focusDatasetID.rawValue) == datasets)
    #expect(content.keys.filter { $0.hasPrefix("focus/metadata/recency/") }.count == datasets.count)
    #expect(content.keys.filter { $0.hasPrefix("focus/metadata/schemas/") }.count == max(datasets.count, 1))
    #expect(content[Self.path] != nil || !datasets.contains("BillingPeriod"))
  }

  /// FOCUS 1.2 has no dataset instances to remember the identifier in.
  @Test func theIdentifierStaysWhenAnOrganizationLeaves() async throws {
    let client = try SimulatedClient()
    var harness = try client.harness(settings: "load: { focus_version: \"1.2\" }\n")
    _ = try await harness.run(from: "2026-10-30", to: "2026-11-02")
    let identifier = try #require(try await harness.manifest("2026-11")?.datasetInstanceID)
    harness.configuration.organizations.removeLast()
    _ = try await harness.run(from: "2026-11-02", to: "2026-11-03")
    #expect(try await harness.manifest("2026-11")?.datasetInstanceID == identifier)
  }
}

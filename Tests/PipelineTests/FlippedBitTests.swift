import Diagnostics
import Foundation
import Pipeline
import Staging
import TestSupport
import Testing

/// A bit that flips in any file of a finished output, whatever the file still reads as: run again, and the end is that of
/// an undisturbed run, or the file is refused by its name.
@Suite struct FlippedBitTests {
  private static let settings = """
    load: { focus_version: "1.4", formats: [csv, ndjson], exports: [vantage] }

    """
  private static let (from, to) = ("2026-10-30", "2026-11-05")

  /// One of each kind of file, by what its path begins and ends with.
  static let kinds = [
    "raw/org=acme/dataset=costs/date=2026-11-03 _partition.json",
    "raw/org=acme/dataset=costs_ungrouped/date=2026-10-30 _partition.json",
    "raw/org=acme/dataset=usage_completions/date=2026-11-02 _partition.json",
    "raw/org=acme/dataset=projects _partition.json", "raw/org=acme/dataset=costs/date=2026-11-03 .gz",
    "raw/org=acme/dataset=projects .gz", "raw/org=acme/_capabilities.json .json",
    "normalized/org=acme/date=2026-11-04 _partition.json",
    "normalized/org=acme/date=2026-11-04 charges.csv.gz",
    "normalized/org=acme/date=2026-11-04 usage.csv.gz", "names/org=acme _partition.json",
    "names/org=acme history.csv.gz", "focus/data/BILLING_PERIOD=2026-11 .csv.gz",
    "focus/data/BILLING_PERIOD=2026-10 .ndjson.gz", "focus/metadata/BILLING_PERIOD=2026-11 manifest.json",
    "focus/metadata/BILLING_PERIOD=2026-10 manifest.json", "focus/metadata/dataset_instances.json .json",
    "focus/metadata/data_generator.json .json", "focus/metadata/billing_periods.json .json",
    "focus/metadata/recency .json", "focus/metadata/schemas .json", "focus/billing_periods .csv",
    "spreadsheet/2026-11.csv .csv", "export/vantage .csv", "export/.records .json",
  ]

  private static func harness(_ content: [String: [UInt8]] = [:]) async throws -> Harness {
    var api = ScriptedAPI.ordinary
    api.costs["2026-10-30"] = [ScriptedAPI.cost("5", lineItem: "gpt-5, input", project: "proj_1")]
    let store = MemoryStore()
    for (key, bytes) in content { try await store.write(key, bytes) }
    var harness = try api.harness(["acme"], store: store, settings: settings)
    // The last day is open and fetched again, so that nothing of what a run keeps goes unread.
    harness.today = try #require(Day("2026-11-06"))
    return harness
  }

  private static func content(_ harness: Harness) async throws -> [String: [UInt8]] {
    var content = try await harness.content()
    for object in try await harness.store.list("export") {
      content[object.key] = try await harness.store.read(object.key)
    }
    return content
  }

  /// The files of an undisturbed run.
  private static let undisturbed = Task {
    let harness = try await Self.harness()
    let report = try await harness.run(from: from, to: to)
    try #require(report.exitCode == 0, "\(report.failures.map(\.message))")
    return try await content(harness)
  }

  @Test(arguments: kinds)
  func isMendedOrRefusedByName(kind: String) async throws {
    let whole = try await Self.undisturbed.value
    let place = kind.split(separator: " ").map(String.init)
    let key = try #require(whole.keys.sorted().first { $0.hasPrefix(place[0]) && $0.hasSuffix(place[1]) })
    var random = RepeatableGenerator(seed: 20_261_123)
    for _ in 0..<8 {
      let bit = Int.random(in: 0..<(whole[key, default: []].count * 8), using: &random)
      var damaged = whole
      damaged[key]?[bit / 8] ^= 1 << UInt8(bit % 8)
      let harness = try await Self.harness(damaged)
      let report = try await harness.run(from: Self.from, to: Self.to)
      if report.exitCode == 65 {
        #expect(report.failures.contains { $0.message.contains(key) }, "bit \(bit) of \(key)")
        continue
      }
      #expect(report.exitCode == 0, "bit \(bit) of \(key): \(report.failures.map(\.message))")
      #expect(differing(whole, try await Self.content(harness)) == [], "bit \(bit) of \(key)")
    }
  }

  /// A later run over another month believes none of it either.
  @Test(arguments: [
    "focus/metadata/BILLING_PERIOD=2026-10 manifest.json", "focus/metadata/dataset_instances.json .json",
    "focus/metadata/recency .json",
  ])
  func aRunOverAnotherMonthDoesNotBelieveIt(kind: String) async throws {
    let whole = try await Self.undisturbed.value
    let place = kind.split(separator: " ").map(String.init)
    let key = try #require(whole.keys.sorted().first { $0.hasPrefix(place[0]) && $0.hasSuffix(place[1]) })
    var random = RepeatableGenerator(seed: 20_261_124)
    for _ in 0..<16 {
      let bit = Int.random(in: 0..<(whole[key, default: []].count * 8), using: &random)
      var damaged = whole
      damaged[key]?[bit / 8] ^= 1 << UInt8(bit % 8)
      let harness = try await Self.harness(damaged)
      let report = try await harness.run(from: "2026-11-02", to: Self.to)
      if place[1] == "manifest.json" {
        // FOCUS 1.4 tells of all months: one that cannot be read is refused.
        #expect(report.exitCode == 65 && report.failures.contains { $0.message.contains(key) }, "bit \(bit)")
        #expect(report.warnings["manifest_damaged"] == 1)
        #expect(differing(damaged, try await Self.content(harness)) == [], "bit \(bit)")
      } else {
        #expect(report.exitCode == 0, "bit \(bit): \(report.failures.map(\.message))")
        #expect(differing(whole, try await Self.content(harness)) == [], "bit \(bit)")
      }
    }
  }

  /// What only the manifest tells of does not vanish with it.
  @Test func anOrganizationThatLeftIsNotLostWithADamagedManifest() async throws {
    let both = try ScriptedAPI.ordinary.harness(["acme", "globex"])
    #expect(try await both.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    let key = "focus/metadata/BILLING_PERIOD=2026-11/manifest.json"
    var manifest = try await both.store.readExisting(key)
    manifest[manifest.count / 2] ^= 1
    try await both.store.write(key, manifest)
    let before = try await both.content()
    let left = try ScriptedAPI.ordinary.harness(["acme"], store: both.store)
    let report = try await left.run(from: "2026-11-02", to: "2026-11-05")
    #expect(report.exitCode == 65)
    let message = report.failures.first?.message ?? ""
    #expect(message.contains(key) && message.contains("org=globex/part-00002-"), "\(message)")
    #expect(differing(before, try await both.content()) == [])
    // With the organization configured everything can be made again.
    #expect(try await both.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    #expect(try await both.manifest("2026-11")?.organizations.count == 2)
  }

  /// An old list of names is needed by nobody as long as the history holds it: it must not stop the money.
  @Test func theRecordOfAnOldListOfNamesStopsNothing() async throws {
    var harness = try ScriptedAPI.ordinary.harness(["acme"])
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-04").exitCode == 0)
    let folder = try #require(
      try await harness.store.list("raw/org=acme/dataset=projects").first?.key.split(separator: "/")
        .dropLast().joined(separator: "/"))
    harness.today = harness.today.next
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    let key = folder + "/_partition.json"
    let whole = try await harness.store.readExisting(key)
    var record = whole
    record[record.count / 2] ^= 1
    try await harness.store.write(key, record)
    let before = try await harness.content()
    let report = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    #expect(report.exitCode == 0 && report.warnings["names_record_damaged"] == 1)
    #expect(differing(before, try await harness.content()) == [])
    // Without the history it is needed.
    for object in try await harness.store.list("names") { try await harness.store.remove(object.key) }
    let refused = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    #expect(refused.exitCode == 65 && refused.failures.contains { $0.message.contains(key) })
    try await harness.store.write(key, whole)
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
  }
}

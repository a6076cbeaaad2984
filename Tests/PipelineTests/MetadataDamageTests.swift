import FOCUS
import Pipeline
import Staging
import Testing

/// What is beside the data and damaged is made again; a store that refuses is told and not taken for damage.
@Suite struct MetadataDamageTests {
  private static func recency(_ content: [String: [UInt8]]) -> String? {
    content.keys.first { $0.hasPrefix("focus/metadata/recency/") }
  }

  /// The days of months that the run does not touch come from their manifests.
  @Test(arguments: ["damaged", "lost"])
  func recencyKeepsTheDaysOfOtherMonths(what: String) async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-10-30"] = [ScriptedAPI.cost("5", lineItem: "gpt-5, input", project: "proj_1")]
    let harness = try api.harness(["acme"])
    #expect(try await harness.run(from: "2026-10-30", to: "2026-11-05").exitCode == 0)
    let before = try await harness.content()
    let key = try #require(Self.recency(before))
    #expect(before[key].map { String(decoding: $0, as: UTF8.self).contains("2026-10-30T") } == true)
    if what == "lost" {
      try await harness.store.remove(key)
    } else {
      try await harness.store.write(key, Array("[{".utf8))
    }
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
  }

  /// A record that cannot be read for want of permission is no reason to fetch the day again.
  @Test(arguments: ["raw/org=acme/dataset=costs/date=2026-11-03", "normalized/org=acme/date=2026-11-03"])
  func aStoreThatRefusesToReadEndsTheRun(folder: String) async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    _ = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    let before = try await harness.content()
    let refusing = try ScriptedAPI.ordinary.harness(
      ["acme"], store: UnreadableStore(base: harness.store, key: folder + "/_partition.json"))
    let report = try await refusing.run(from: "2026-11-02", to: "2026-11-05")
    #expect(report.exitCode == 74, "\(report.failures.map(\.message))")
    #expect(differing(before, try await harness.content()) == [])
  }
}

/// A store of which one object cannot be read.
private struct UnreadableStore: Store {
  let base: any Store
  let key: String
  var name: String { base.name }

  func list(_ folder: String) async throws -> [StoredObject] { try await base.list(folder) }
  func read(_ key: String) async throws -> [UInt8]? {
    if key == self.key { throw StorageFailure(path: key, operation: "read", code: 5) }
    return try await base.read(key)
  }
  func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    try await base.write(key, produce)
  }
  func remove(_ key: String) async throws { try await base.remove(key) }
  func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try await base.replace(folder, with: entries, committing: commit)
  }
}

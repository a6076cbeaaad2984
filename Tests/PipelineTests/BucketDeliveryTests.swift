import Spend
import Staging
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage
@testable import Pipeline

/// Deliveries in a bucket, where a tree cannot be exchanged at once.
@Suite struct BucketDeliveryTests {
  /// Ends everything before one of the changes to a bucket, as if the process were killed.
  private final class KillSwitch: BucketInterceptor {
    struct Killed: Error {}
    private let failingAt: Int?
    let changes = Atomic<Int>(0)

    init(_ failingAt: Int?) { self.failingAt = failingAt }

    func perform<Value: Sendable>(
      changes: Bool, _ operation: @Sendable () async throws -> Value
    ) async throws -> Value {
      if changes {
        let seen = self.changes.add(1, ordering: .relaxed).oldValue
        if let failingAt, seen >= failingAt { throw Killed() }
      }
      return try await operation()
    }
  }

  /// Whatever the bucket's state: the manifest, if there is one, names files that are there, whole, and sum to it.
  private func expectWholeDelivery(_ bucket: MemoryBucket, totals: Set<String>) async throws {
    let store = ObjectStore(bucket, prefix: "out")
    let month = try #require(Month("2026-11"))
    guard let bytes = try await store.read(Layout.manifest(month)) else { return }
    let manifest = try Manifest(sealed: bytes, path: "manifest")
    #expect(totals.contains(manifest.controlTotals["USD"] ?? ""))
    for file in manifest.files {
      let content = try await store.readExisting("focus/" + file.path)
      try file.record.verify(content, key: file.path)
    }
    #expect(Set(manifest.files.map(\.path)).count == manifest.files.count)
  }

  /// Killed before any change of a restatement, a reader that follows the manifest finds the old delivery or the new
  /// one, whole; run again, the bucket holds what it would hold without a kill.
  @Test func killedAtAnyChangeTheManifestNamesWholeDeliveries() async throws {
    var restatedAPI = ScriptedAPI.ordinary
    restatedAPI.costs["2026-11-03"]?.append(ScriptedAPI.cost("100"))
    let api = restatedAPI
    func restated(_ killedAt: Int?) async throws -> (content: [String: [UInt8]], changes: Int) {
      let bucket = MemoryBucket()
      var first = try ScriptedAPI.ordinary.harness(["acme"], store: ObjectStore(bucket, prefix: "out"))
      first.today = Day(number: 20_762)
      _ = try await first.run(from: "2026-11-02", to: "2026-11-05")
      let kill = KillSwitch(killedAt)
      var second = try api.harness(
        ["acme"], store: ObjectStore(InterceptedBucket(bucket, kill), prefix: "out", partBytes: 600))
      second.today = Day(number: 20_762)
      let report = try await second.run(from: "2026-11-02", to: "2026-11-05")
      let old = "1.9500000000000000000000000006"
      let new = "101.9500000000000000000000000006"
      try await expectWholeDelivery(bucket, totals: [old, new])
      if killedAt != nil { #expect(report.exitCode != 0) }
      var again = try api.harness(["acme"], store: ObjectStore(bucket, prefix: "out"))
      again.today = Day(number: 20_762)
      #expect(try await again.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
      try await expectWholeDelivery(bucket, totals: [new])
      return (try await again.content(), kill.changes.load(ordering: .relaxed))
    }
    let untroubled = try await restated(nil)
    #expect(untroubled.changes > 15)
    for change in 0..<untroubled.changes {
      let killed = try await restated(change)
      #expect(differing(untroubled.content, killed.content) == [], "killed before change \(change)")
    }
  }

  @Test func aBucketHoldsWhatADirectoryHolds() async throws {
    let folder = try TemporaryFolder()
    let directory = try ScriptedAPI.ordinary.harness(store: DirectoryStore(root: folder.path))
    let bucket = try ScriptedAPI.ordinary.harness(
      store: ObjectStore(MemoryBucket(), prefix: "", partBytes: 300))
    let routed = try ScriptedAPI.ordinary.harness(
      store: RoutedStore(
        MemoryStore(), roots: ["focus": ObjectStore(MemoryBucket(), prefix: "a"), "raw": MemoryStore()]))
    for harness in [directory, bucket, routed] {
      for _ in 0..<2 { #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0) }
    }
    let expected = try await directory.content()
    #expect(expected.count > 10)
    #expect(differing(expected, try await bucket.content()) == [])
    #expect(differing(expected, try await routed.content()) == [])
  }
}

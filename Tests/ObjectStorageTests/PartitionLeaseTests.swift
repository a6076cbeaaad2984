import Diagnostics
import Staging
import Testing

@testable import ObjectStorage

/// Runs over different partitions share a bucket; nobody shares it with a run that has it for itself.
@Suite struct PartitionLeaseTests {
  private func leases(_ bucket: any Bucket, _ prefix: String = "p/") -> PartitionLeases {
    PartitionLeases(bucket: bucket, prefix: prefix, seconds: 60)
  }

  private func share(_ leases: PartitionLeases, _ names: String...) async throws -> [ObjectLease] {
    try await leases.share(names, onUnenforced: {})
  }

  private func keys(_ bucket: any Bucket, _ prefix: String = "p/") async throws -> [String] {
    try await bucket.list(prefix: prefix).map { String($0.key.dropFirst(prefix.count)) }
  }

  @Test(arguments: StoreKind.available.filter { [.bucket, .s3, .gcs].contains($0) })
  func partitionsAreSharedOut(kind: StoreKind) async throws {
    let (bucket, root) = try Rig.bucket(kind)
    let prefix = root + "/leases/"
    let leases = leases(bucket, prefix)
    let one = try await share(leases, "org=a,date=2026-11-03", "org=a,dataset=names")
    let two = try await share(leases, "org=a,date=2026-11-04")
    let error = await #expect(throws: OutputLeased.self) {
      try await share(leases, "org=a,date=2026-11-05", "org=a,date=2026-11-03")
    }
    #expect(error?.recovery == .retryLater && error?.path.hasSuffix("org=a,date=2026-11-03") == true)
    #expect(try await keys(bucket, prefix).filter { $0.hasSuffix("05") } == [], "what it had taken is let go")
    await #expect(throws: OutputLeased.self) { try await leases.takeWhole(onUnenforced: {}) }
    for lease in one + two { await lease.release() }
    #expect(try await keys(bucket, prefix) == [".lock"], "no lease of a partition is left")
    let whole = try await leases.takeWhole(onUnenforced: {})
    await #expect(throws: OutputLeased.self) { try await share(leases, "org=a,date=2026-11-03") }
    #expect(try await keys(bucket, prefix) == [".lock"])
    await whole.release()
    for lease in try await share(leases, "org=a,date=2026-11-03") { await lease.release() }
  }

  @Test func whatDeadRunsHeldFallsFreeAndIsRemoved() async throws {
    let bucket = MemoryBucket()
    let leases = leases(bucket)
    var dead = try await share(leases, "org=a,date=2026-11-03", "org=a,date=2026-11-04")
    #expect(dead.count == 2)
    dead = []
    await #expect(throws: OutputLeased.self) { try await leases.takeWhole(onUnenforced: {}) }
    bucket.state.withLock { $0.now += 61 }
    for lease in try await share(leases, "org=a,date=2026-11-03") { await lease.release() }
    let whole = try await leases.takeWhole(onUnenforced: {})
    #expect(try await keys(bucket) == [".lock"])
    await whole.release()
  }

  /// One that was stopped for too long must not take away what is another's by now.
  @Test func theLeaseOfAnotherIsLeftAlone() async throws {
    let bucket = MemoryBucket()
    let short = PartitionLeases(bucket: bucket, prefix: "p/", seconds: 1)
    let stopped = try await share(short, "org=a,date=2026-11-03")
    bucket.state.withLock { $0.now += 10 }
    let other = try await share(leases(bucket), "org=a,date=2026-11-03")
    try await Task.sleep(for: .milliseconds(900))
    for lease in stopped { await lease.release() }
    for lease in other { try lease.check() }
    await #expect(throws: OutputLeased.self) { try await share(leases(bucket), "org=a,date=2026-11-03") }
    for lease in other { await lease.release() }
  }

  /// However their steps interleave, never both sides go on.
  @Test func neverBesideAWholeRun() async throws {
    for _ in 0..<200 {
      let leases = leases(MemoryBucket())
      async let whole = try? leases.takeWhole(onUnenforced: {})
      async let shared = try? share(leases, "org=a,date=2026-11-03")
      let (one, other) = await (whole, shared)
      #expect(one == nil || other == nil)
      await one?.release()
      for lease in other ?? [] { await lease.release() }
    }
  }
}

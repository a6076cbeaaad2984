internal import Staging

/// Lets runs over different partitions write to one output in a bucket at the same time, two on one partition not, and
/// none of them beside a run that has the output for itself.
///
/// There is no shared lock in a bucket. Instead each side writes its own lease first and looks for the other side's
/// then: a run over partitions takes `.locks/<partition>` and looks at `.lock`, a whole run takes `.lock` and looks at
/// everything in `.locks/`. Whichever looks last finds the other, since a bucket shows what was written before; where
/// both find each other, both give way.
struct PartitionLeases {
  let bucket: any Bucket
  /// With a slash at its end, or empty.
  let prefix: String
  /// How long a lease holds after it was last renewed.
  let seconds: Int

  private static let folder = ".locks/"
  private var outputKey: String { prefix + ".lock" }

  /// Takes the output for a run over partitions.
  /// - Throws: ``OutputLeased`` at once if another run holds one of them, or the output.
  func share(_ names: [String], onUnenforced: @Sendable () -> Void) async throws -> [ObjectLease] {
    var leases: [ObjectLease] = []
    do {
      for name in names { leases.append(try await lease(name, onUnenforced: onUnenforced)) }
      try await ObjectLease.checkIsFree(bucket, key: outputKey, seconds: seconds)
      return leases
    } catch {
      for lease in leases { await lease.release() }
      throw error
    }
  }

  /// - Throws: ``OutputLeased``, ``BucketError``; ``CorruptFile`` for a name that is no part of a key.
  func lease(_ name: String, onUnenforced: @Sendable () -> Void) async throws -> ObjectLease {
    try StoreKey.check(name)
    return try await ObjectLease.acquire(
      bucket, key: prefix + Self.folder + name, seconds: seconds, leavesNothing: true,
      onUnenforced: onUnenforced)
  }

  /// Takes the output for a run that has it for itself.
  /// - Throws: ``OutputLeased`` at once if another run holds it, or a partition of it.
  func takeWhole(onUnenforced: @Sendable () -> Void) async throws -> ObjectLease {
    let lease = try await ObjectLease.acquire(
      bucket, key: outputKey, seconds: seconds, onUnenforced: onUnenforced)
    do {
      let left = try await bucket.list(prefix: prefix + Self.folder).map(\.key)
      for key in left { try await ObjectLease.checkIsFree(bucket, key: key, seconds: seconds) }
      // Left by killed runs. Who takes one of them right now finds the output held, and gives way.
      for key in left { try await bucket.delete(key) }
      return lease
    } catch {
      await lease.release()
      throw error
    }
  }
}

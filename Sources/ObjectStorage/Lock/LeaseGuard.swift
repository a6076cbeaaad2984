internal import Synchronization

/// Lets nothing be changed in a bucket once a lock of it is lost.
final class LeaseGuard: BucketInterceptor {
  private let leases = Mutex<[ObjectLease]>([])

  /// From now on changes depend on these locks. Without one, commands that only read go about their work.
  func depend(on leases: [ObjectLease]) { self.leases.withLock { $0 = leases } }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    if changes { for lease in leases.withLock({ $0 }) { try lease.check() } }
    return try await operation()
  }
}

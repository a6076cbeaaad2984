internal import Synchronization

/// Lets nothing be changed in a bucket once its lock is lost.
final class LeaseGuard: BucketInterceptor {
  private let lease = Mutex<ObjectLease?>(nil)

  /// From now on changes depend on this lock. Without one, commands that only read go about their work.
  func depend(on lease: ObjectLease) { self.lease.withLock { $0 = lease } }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    if changes { try lease.withLock { $0 }?.check() }
    return try await operation()
  }
}

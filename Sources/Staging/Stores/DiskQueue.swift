import Dispatch
import Synchronization

/// Threads for work that waits for the disk.
///
/// Making a file durable takes as long as the disk takes. On the tasks' own threads, which are as many as there are
/// cores, nothing else would be done meanwhile; and a disk that is asked to sync several files at once does so
/// in one go.
enum DiskQueue {
  /// A serial queue has a thread whenever it has work; a concurrent one would be given one per core.
  private static let queues = (0..<8).map { DispatchQueue(label: "unblended.disk.\($0)") }
  private static let next = Atomic<Int>(0)

  /// Runs `body` on one of the threads.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let queue = queues[next.add(1, ordering: .relaxed).oldValue % queues.count]
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}

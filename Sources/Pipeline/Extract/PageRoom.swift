import Synchronization

/// Room for large pages: who expects one waits until those in work leave enough.
///
/// Requests in flight bound the requests; this bounds the memory, which grows with the size of pages. A page larger than
/// all room waits until it is alone.
final class PageRoom: Sendable {
  private struct State {
    var free: Int
    var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let capacity: Int
  private let state: Mutex<State>

  /// - Parameter capacity: in bytes of pages as they are received.
  init(capacity: Int = 64 << 20) {
    self.capacity = capacity
    state = Mutex(State(free: capacity))
  }

  /// Calls `body` once there is room for a page of so many bytes, in the order of asking.
  func withRoom<Result: Sendable>(_ bytes: Int, _ body: () async throws -> Result) async rethrows -> Result {
    let bytes = min(bytes, capacity)
    await withCheckedContinuation { continuation in
      let goes = state.withLock { state in
        guard state.waiting.isEmpty, state.free >= bytes else {
          state.waiting.append((bytes, continuation))
          return false
        }
        state.free -= bytes
        return true
      }
      if goes { continuation.resume() }
    }
    defer { leave(bytes) }
    return try await body()
  }

  private func leave(_ bytes: Int) {
    let ready = state.withLock { state in
      state.free += bytes
      var ready: [CheckedContinuation<Void, Never>] = []
      while let next = state.waiting.first, next.bytes <= state.free {
        state.free -= next.bytes
        ready.append(next.continuation)
        state.waiting.removeFirst()
      }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }
}

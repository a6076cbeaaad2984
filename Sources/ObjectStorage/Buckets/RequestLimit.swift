internal import Synchronization

/// Lets only so many operations run at once; the rest waits in order of arrival.
final class RequestLimit: BucketInterceptor {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>

  init(_ limit: Int) { state = Mutex(State(free: max(1, limit))) }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    await enter()
    defer { leave() }
    try Task.checkCancellation()
    return try await operation()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let mayEnter = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if mayEnter { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

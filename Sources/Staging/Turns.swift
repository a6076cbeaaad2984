import Synchronization

/// Lets only so many operations run at once; the rest waits in order of arrival.
public final class Turns: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>

  /// - Parameter count: how many at once, at least one.
  public init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

  /// Waits for a turn, works, and passes the turn on.
  public func take<Result>(_ work: () async throws -> Result) async rethrows -> Result {
    await begin()
    defer { end() }
    return try await work()
  }

  private func begin() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  private func end() {
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

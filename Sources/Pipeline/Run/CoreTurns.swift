import Synchronization

/// Lets work that keeps a core busy and a day in memory take turns: as many at once as there are cores. More days than
/// that are in hand, so that while one waits for the store another is worked on.
final class CoreTurns: Sendable {
  /// Days in hand at once.
  static let daysInHand = 2 * coreCount

  private struct State {
    var free = coreCount
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Waits for a turn, works, and passes the turn on.
  func take<Result>(_ work: () async throws -> Result) async rethrows -> Result {
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

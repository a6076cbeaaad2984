internal import Synchronization

/// How fast the requests of one admin key may go, learnt from the answers.
///
/// A rate limit is one of the key, not of a request: after a 429, or the last answer that the key was granted,
/// all its requests wait together. How many may be in flight is halved then, and grows by one again after
/// ``stretch`` successes in a row (additive increase, multiplicative decrease). Other keys have a pace of
/// their own.
final class RequestPace: Sendable {
  /// Successes in a row after which one more request may be in flight.
  static let stretch = 10

  private struct Waiter {
    var number: Int
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var limit: Int
    var inFlight = 0
    var heldUntil = Duration.zero - .seconds(1)
    var decreased = Duration.zero - .seconds(1)
    var successes = 0
    var waiters: [Waiter] = []
    var nextNumber = 0
    /// Waiters cancelled before they waited.
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>
  private let maximum: Int
  private let clock: any RetryClock

  /// - Parameter maximum: requests in flight without any trouble.
  init(maximum: Int, clock: any RetryClock) {
    self.maximum = max(1, maximum)
    self.clock = clock
    state = Mutex(State(limit: max(1, maximum)))
  }

  /// How many requests may be in flight now.
  var limit: Int { state.withLock { $0.limit } }

  /// Waits until a request may be sent; ``leave(since:status:)`` must follow.
  ///
  /// - Returns: when it was let go, by the clock.
  /// - Throws: `CancellationError`.
  func enter() async throws -> Duration {
    enum Step {
      case go
      case sleep(Duration)
      case queue
    }
    do {
      while true {
        try Task.checkCancellation()
        let now = clock.now()
        let step: Step = state.withLock { state in
          if state.heldUntil > now { return .sleep(state.heldUntil - now) }
          guard state.inFlight < state.limit else { return .queue }
          state.inFlight += 1
          return .go
        }
        switch step {
        case .go: return now
        case .sleep(let pause): try await clock.sleep(for: pause)
        case .queue: try await queue()
        }
      }
    } catch {
      // It may have been woken for a place that it does not take now.
      wake()
      throw error
    }
  }

  /// Takes note of an answer and gives the place back; after a 429 only ``giveBack()`` does, once it is known how long
  /// all have to wait: no other request may slip through in between.
  ///
  /// - Parameters:
  ///   - started: what ``enter()`` returned.
  ///   - status: of the answer; nil without one.
  func leave(since started: Duration, status: Int?) {
    let now = clock.now()
    state.withLock { state in
      if status == 429 {
        state.successes = 0
        // What was in flight together is refused together, and is one reason to slow down.
        if started >= state.decreased {
          state.limit = max(1, min(state.limit, state.inFlight) / 2)
          state.decreased = now
        }
      } else if status == 200 {
        state.successes += 1
        if state.successes >= Self.stretch {
          state.successes = 0
          state.limit = min(maximum, state.limit + 1)
        }
      }
      if status != 429 { state.inFlight -= 1 }
    }
    wake()
  }

  /// Gives the place of a request back that was answered 429.
  func giveBack() {
    state.withLock { $0.inFlight -= 1 }
    wake()
  }

  /// Lets no request go before an instant of the clock.
  func hold(until instant: Duration) {
    state.withLock { $0.heldUntil = max($0.heldUntil, instant) }
  }

  private func queue() async throws {
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        enum Now {
          case wait
          case go
          case end
        }
        let now: Now = state.withLock { state in
          if state.cancelled.remove(number) != nil { return .end }
          if state.inFlight < state.limit { return .go }
          state.waiters.append(Waiter(number: number, continuation: continuation))
          return .wait
        }
        switch now {
        case .wait: break
        case .go: continuation.resume()
        case .end: continuation.resume(throwing: CancellationError())
        }
      }
    } onCancel: {
      let waiter: Waiter? = state.withLock { state in
        guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
          state.cancelled.insert(number)
          return nil
        }
        return state.waiters.remove(at: index)
      }
      waiter?.continuation.resume(throwing: CancellationError())
    }
    state.withLock { _ = $0.cancelled.remove(number) }
  }

  /// Wakes as many as there are places, in the order in which they came.
  private func wake() {
    let woken = state.withLock { state in
      let count = min(max(0, state.limit - state.inFlight), state.waiters.count)
      defer { state.waiters.removeFirst(count) }
      return state.waiters.prefix(count)
    }
    for waiter in woken { waiter.continuation.resume() }
  }
}

internal import Synchronization

/// The time that a whole run may lose to failing requests (`extract.retry_budget_seconds`), shared by all
/// clients of the run.
///
/// Lost time is wall-clock time: from the start of a failed attempt to the end of the pause after it.
/// Stretches of several requests that overlap are paid once, so that a dozen requests told to wait for a
/// minute cost one minute and not twelve.
public final class RetryBudget: Sendable {
  private struct State {
    var left: Duration
    var paidUntil: Duration
  }
  private let state: Mutex<State>
  private let clock: any RetryClock

  public init(seconds: Int, clock: any RetryClock = SystemRetryClock()) {
    self.clock = clock
    state = Mutex(State(left: .seconds(max(0, seconds)), paidUntil: .zero - .seconds(1)))
  }

  /// What is left.
  public var left: Duration { state.withLock { $0.left } }

  /// Pays for a failed attempt and the pause after it.
  ///
  /// - Parameters:
  ///   - started: when the attempt began, by the budget's clock.
  ///   - pause: the pause wanted.
  ///   - minimum: the shortest pause that makes sense, e.g. what `Retry-After` asked for.
  /// - Returns: the pause to make, `pause` or less where the budget ends before; nil if not even
  ///   `minimum` can be paid, and then nothing is.
  func pay(from started: Duration, pause: Duration, minimum: Duration) -> Duration? {
    let now = clock.now()
    return state.withLock { state in
      // A budget that is used up buys no attempt, not even an immediate one.
      guard state.left > .zero else { return nil }
      let paidUntil = max(state.paidUntil, started)
      let affordableUntil = paidUntil + state.left
      guard now + minimum <= affordableUntil else { return nil }
      let until = min(now + pause, affordableUntil)
      state.left -= max(.zero, until - paidUntil)
      state.paidUntil = max(paidUntil, until)
      return until - now
    }
  }

  var time: any RetryClock { clock }
}

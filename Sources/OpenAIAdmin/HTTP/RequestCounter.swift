internal import Synchronization

/// Counts the requests of a run, each attempt for itself, for its summary.
public final class RequestCounter: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  public init() {}

  /// Requests by outcome: the status (`200`, `429`, …), or `failed` without a complete answer.
  public var byOutcome: [String: Int] { counts.withLock { $0 } }

  public var total: Int { counts.withLock { $0.values.reduce(0, +) } }

  func count(status: Int?) {
    let outcome = status.map(String.init) ?? "failed"
    counts.withLock { $0[outcome, default: 0] += 1 }
  }
}

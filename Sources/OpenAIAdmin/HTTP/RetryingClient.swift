public import Logging

/// Sends a request again while that makes sense, out of one budget for the whole run.
///
/// Sent again: transport failures that may pass, the statuses of ``RetryPolicy/retries(status:)``, and
/// bodies that the caller's `reading` calls unusable. When the budget or the attempts are used up, the
/// last answer is returned, or the last error thrown, with the number of attempts in it; what that means
/// for the run is for the caller to say.
public struct RetryingClient: HTTPClient {
  private let base: any HTTPClient
  private let policy: RetryPolicy
  private let budget: RetryBudget
  private let counter: RequestCounter?
  private let logger: Logger?

  /// - Parameter budget: shared by all clients of the run; its clock is this client's too.
  public init(
    _ base: any HTTPClient, policy: RetryPolicy = RetryPolicy(), budget: RetryBudget,
    counter: RequestCounter? = nil, logger: Logger? = nil
  ) {
    self.base = base
    self.policy = policy
    self.budget = budget
    self.counter = counter
    self.logger = logger
  }

  public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await send(request, reading: { $0 })
  }

  public func send<Value: Sendable>(
    _ request: HTTPRequest, reading: @Sendable (HTTPResponse) throws -> Value
  ) async throws -> Value {
    var attempts = 0
    var unusable = 0
    while true {
      attempts += 1
      let started = budget.time.now()
      let outcome = try await attempt(request, attempts: attempts, reading)
      if outcome.isUnusable { unusable += 1 }
      guard outcome.isRetryable, attempts < policy.maximumAttempts,
        unusable < policy.maximumUnusableAnswers,
        let pause = pause(after: outcome, attempts: attempts, started: started)
      else { return try outcome.result.get() }
      logger?.notice(
        "request failed, sending it again",
        metadata: ["attempt": "\(attempts)", "pause": "\(pause)", "why": "\(outcome.reason)"])
      try await budget.time.sleep(for: pause)
    }
  }

  private struct Outcome<Value> {
    /// What to hand out if there is no further attempt.
    let result: Result<Value, any Error>
    let isRetryable: Bool
    /// Whether the answer came whole and could not be read.
    var isUnusable = false
    var retryAfter: String?
    var reason = ""
  }

  /// - Throws: only what ends the request at once.
  private func attempt<Value: Sendable>(
    _ request: HTTPRequest, attempts: Int, _ reading: @Sendable (HTTPResponse) throws -> Value
  ) async throws -> Outcome<Value> {
    var response: HTTPResponse
    do {
      response = try await base.send(request)
    } catch var error as TransportError {
      counter?.count(status: nil)
      error.attempts = attempts
      return Outcome(result: .failure(error), isRetryable: error.isRetryable, reason: error.description)
    }
    counter?.count(status: response.status)
    response.attempts = attempts
    let isRetryable = policy.retries(status: response.status)
    do {
      return Outcome(
        result: .success(try reading(response)), isRetryable: isRetryable,
        retryAfter: response.header("Retry-After"), reason: "status \(response.status)")
    } catch let error as any UnusableBody {
      return Outcome(result: .failure(error), isRetryable: true, isUnusable: true, reason: "\(error)")
    } catch  where isRetryable {
      // A reader that throws on bad statuses must not keep them from being retried.
      return Outcome(
        result: .failure(error), isRetryable: true, retryAfter: response.header("Retry-After"),
        reason: "status \(response.status)")
    }
  }

  private func pause<Value>(after outcome: Outcome<Value>, attempts: Int, started: Duration) -> Duration? {
    let asked = outcome.retryAfter
      .flatMap { RetryAfter.seconds($0, now: budget.time.unixTime()) }
      .map { Duration.seconds(min($0, 86_400)) }
    let drawn = policy.pause(after: attempts)
    // Jitter on top of what the server asked for: clients told to come back at once do not all do.
    let wanted = asked.map { $0 + min(drawn, .seconds(1)) } ?? drawn
    return budget.pay(from: started, pause: wanted, minimum: asked ?? .zero)
  }
}

public import Logging

/// Sends the requests of one admin key again while that makes sense, out of one budget for the whole run.
///
/// Sent again: transport failures that may pass, the statuses of ``RetryPolicy/retries(status:)``, and
/// bodies that the caller's `reading` calls unusable. When the budget or the attempts are used up, the
/// last answer is returned, or the last error thrown, with the number of attempts in it; what that means
/// for the run is for the caller to say.
///
/// A rate limit slows down all requests of the key together, see ``RequestPace``. So each key has a client of its
/// own, over one transport and one budget.
public struct RetryingClient: HTTPClient {
  private let base: any HTTPClient
  private let policy: RetryPolicy
  private let budget: RetryBudget
  private let pace: RequestPace
  private let counter: RequestCounter?
  private let logger: Logger?

  /// - Parameters:
  ///   - budget: shared by all clients of the run; its clock is this client's too.
  ///   - maxInFlight: requests of the key at once while nothing slows it down.
  public init(
    _ base: any HTTPClient, policy: RetryPolicy = RetryPolicy(), budget: RetryBudget, maxInFlight: Int = 64,
    counter: RequestCounter? = nil, logger: Logger? = nil
  ) {
    self.base = base
    self.policy = policy
    self.budget = budget
    pace = RequestPace(maximum: maxInFlight, clock: budget.time)
    self.counter = counter
    self.logger = logger
  }

  /// How many requests of the key may be in flight now.
  var inFlightLimit: Int { pace.limit }

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
      let started = try await pace.enter()
      let outcome = try await attempt(request, attempts: attempts, started: started, reading)
      if outcome.isUnusable { unusable += 1 }
      guard outcome.isRetryable, attempts < policy.maximumAttempts,
        unusable < policy.maximumUnusableAnswers,
        let pause = pause(after: outcome, attempts: attempts, started: started)
      else {
        if outcome.isRateLimit { pace.giveBack() }
        return try outcome.result.get()
      }
      logger?.notice(
        "request failed, sending it again",
        metadata: [
          "attempt": "\(attempts)", "pause": "\(pause)", "why": "\(outcome.reason)",
          "in_flight": "\(pace.limit)",
        ])
      if outcome.isRateLimit {
        // All requests of the key wait, this one with them.
        pace.hold(until: budget.time.now() + pause)
        pace.giveBack()
      } else {
        try await budget.time.sleep(for: pause)
      }
    }
  }

  private struct Outcome<Value> {
    /// What to hand out if there is no further attempt.
    let result: Result<Value, any Error>
    let isRetryable: Bool
    /// Whether the answer came whole from the API and could not be read: the next one is seldom better.
    var isUnusable = false
    var isRateLimit = false
    /// The pause that the server asks for.
    var asked: Duration?
    var reason = ""
  }

  /// - Throws: only what ends the request at once.
  private func attempt<Value: Sendable>(
    _ request: HTTPRequest, attempts: Int, started: Duration,
    _ reading: @Sendable (HTTPResponse) throws -> Value
  ) async throws -> Outcome<Value> {
    var response: HTTPResponse
    do {
      response = try await base.send(request)
      pace.leave(since: started, status: response.status)
    } catch {
      pace.leave(since: started, status: nil)
      guard var error = error as? TransportError else { throw error }
      counter?.count(status: nil)
      error.attempts = attempts
      return Outcome(result: .failure(error), isRetryable: error.isRetryable, reason: error.description)
    }
    counter?.count(status: response.status)
    response.attempts = attempts
    let advice = RateLimitAdvice(response, now: budget.time.unixTime())
    let isRetryable = policy.retries(status: response.status)
    if advice.isExhausted, !isRetryable { holdAll(advice) }
    var outcome: Outcome<Value>
    do {
      outcome = Outcome(result: .success(try reading(response)), isRetryable: isRetryable)
    } catch let error as any UnusableBody {
      return Outcome(
        result: .failure(error), isRetryable: true, isUnusable: error.isOfTheAPI,
        isRateLimit: response.status == 429, reason: "\(error)")
    } catch  where isRetryable {
      // A reader that throws on bad statuses must not keep them from being retried.
      outcome = Outcome(result: .failure(error), isRetryable: true)
    }
    outcome.isRateLimit = response.status == 429
    outcome.asked = advice.pause
    outcome.reason = "status \(response.status)"
    return outcome
  }

  private func pause<Value>(after outcome: Outcome<Value>, attempts: Int, started: Duration) -> Duration? {
    let drawn = policy.pause(after: attempts)
    // Jitter on top of what the server asked for: clients told to come back at once do not all do.
    let wanted = outcome.asked.map { $0 + min(drawn, .seconds(1)) } ?? drawn
    return budget.pay(from: started, pause: wanted, minimum: outcome.asked ?? .zero)
  }

  /// The last request that the key was granted has been used: the next would be refused. Where the budget does
  /// not reach, the refusal is waited for.
  private func holdAll(_ advice: RateLimitAdvice) {
    let now = budget.time.now()
    let wanted = advice.pause ?? policy.firstPause
    guard wanted > .zero, let pause = budget.pay(from: now, pause: wanted, minimum: wanted) else { return }
    logger?.notice(
      "the key's rate limit is used up, all its requests wait", metadata: ["pause": "\(pause)"])
    pace.hold(until: now + pause)
  }
}

/// Which answers are worth another attempt, and how long to wait for it.
public struct RetryPolicy: Sendable {
  /// The limit of the first pause; doubled with each further attempt.
  public var firstPause: Duration
  /// The longest pause of all, unless the server asks for more.
  public var longestPause: Duration
  /// How often one request is sent at most, whatever is left of the budget.
  public var maximumAttempts: Int
  /// How often a request is sent whose answer came whole and is unusable: the next one is seldom better.
  public var maximumUnusableAnswers: Int
  /// Draws the pause in milliseconds from `0...limit`: full jitter.
  public var jitter: @Sendable (_ limit: Int) -> Int

  public init(
    firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(60), maximumAttempts: Int = 12,
    maximumUnusableAnswers: Int = 3,
    jitter: @escaping @Sendable (_ limit: Int) -> Int = { Int.random(in: 0...$0) }
  ) {
    self.firstPause = firstPause
    self.longestPause = longestPause
    self.maximumAttempts = max(1, maximumAttempts)
    self.maximumUnusableAnswers = max(1, maximumUnusableAnswers)
    self.jitter = jitter
  }

  /// Timeouts, conflicts, rate limits and all server errors. Never 401 or 403: the key stays wrong.
  public func retries(status: Int) -> Bool {
    status == 408 || status == 409 || status == 429 || (500...599).contains(status)
  }

  /// The pause after `failures` failed attempts, drawn between zero and the doubled limit.
  func pause(after failures: Int) -> Duration {
    var limit = firstPause
    for _ in 1..<max(1, failures) where limit < longestPause { limit *= 2 }
    return .milliseconds(jitter(min(limit, longestPause).milliseconds))
  }
}

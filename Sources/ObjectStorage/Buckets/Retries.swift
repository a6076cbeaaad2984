/// Repeats an operation that failed for what may pass: after pauses that double, drawn at random below that, or
/// that the server asked for, until it has been failing for the whole budget.
struct Retries: BucketInterceptor {
  /// How long one operation may keep failing.
  let budget: Duration
  var firstPause = Duration.milliseconds(200)
  var longestPause = Duration.seconds(20)
  /// Told of every attempt that is made again, e.g. to log it.
  var onRetry: @Sendable (_ error: BucketError, _ pause: Duration) -> Void = { _, _ in }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    let start = ContinuousClock.now
    var limit = firstPause
    var attempts = 0
    while true {
      attempts += 1
      do { return try await operation() } catch var error as BucketError {
        error.attempts = attempts
        let drawn = limit * Int.random(in: 10...100) / 100
        let pause = max(drawn, error.retryAfter.map { .seconds($0) } ?? .zero)
        guard error.isRetryable, start.duration(to: .now) + pause <= budget else { throw error }
        onRetry(error, pause)
        try await Task.sleep(for: pause)
        limit = min(limit * 2, longestPause)
      }
    }
  }
}

internal import Staging

/// Lets only so many requests run at once; the rest waits in order of arrival.
final class RequestLimit: BucketInterceptor {
  private let turns: Turns

  init(_ limit: Int) { turns = Turns(limit) }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await turns.take {
      try Task.checkCancellation()
      return try await operation()
    }
  }
}

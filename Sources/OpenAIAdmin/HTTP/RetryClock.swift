#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Time as retries need it; tests bring their own.
public protocol RetryClock: Sendable {
  /// Time since some fixed instant, never going back.
  func now() -> Duration
  /// Unix time in seconds, for `Retry-After` dates.
  func unixTime() -> Int
  /// - Throws: `CancellationError`.
  func sleep(for duration: Duration) async throws
}

/// The machine's clocks.
public struct SystemRetryClock: RetryClock {
  private let start = ContinuousClock.now

  public init() {}

  public func now() -> Duration { ContinuousClock.now - start }

  public func unixTime() -> Int { Int(time(nil)) }

  public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

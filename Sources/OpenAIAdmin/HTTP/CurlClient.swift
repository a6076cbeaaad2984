internal import CCurl
internal import Synchronization

/// HTTP over libcurl: one thread drives all transfers, connections are kept and shared, HTTP/2 is
/// spoken where the server offers it.
///
/// - TLS is verified, always. Plain http is spoken to loopback hosts only, and those are reached
///   without a proxy; else the proxy variables of the environment hold.
/// - What arrives is limited in size, in how far it inflates, and in its headers.
/// - Redirects are not followed, nothing is read from `.netrc`, no cookies are kept.
/// - Cancelling a task takes its transfer off the wire.
public final class CurlClient: HTTPClient {
  /// What does not change from request to request.
  public struct Configuration: Sendable, Hashable {
    /// How many requests may be on the wire at once; the rest wait in order of arrival.
    public var maxInFlight: Int
    /// The largest body taken, in bytes after decompression.
    public var bodyLimit: Int
    /// How many times its compressed size a body beyond 8 MiB may be. JSON rows come to 10 to 60 times.
    public var inflationLimit: Int
    public var userAgent: String
    /// A PEM file of authorities in place of the system's.
    public var certificateAuthorities: String?

    /// - Parameter version: the program's, for `User-Agent: unblended/<version>`.
    public init(
      version: String, maxInFlight: Int = 8, bodyLimit: Int = 512 << 20, inflationLimit: Int = 250,
      certificateAuthorities: String? = nil
    ) {
      userAgent = "unblended/\(version)"
      self.maxInFlight = max(1, maxInFlight)
      self.bodyLimit = bodyLimit
      self.inflationLimit = max(1, inflationLimit)
      self.certificateAuthorities = certificateAuthorities
    }
  }

  private let engine: CurlEngine

  /// - Throws: ``TransportError`` if libcurl or its thread can't be started.
  public init(_ configuration: Configuration) throws {
    engine = try CurlEngine(configuration)
  }

  deinit { engine.stop() }

  /// Ends the thread; requests under way or sent afterwards throw `clientClosed`. Happens by itself when
  /// the client is no longer used.
  public func shutdown() { engine.stop() }

  public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let job = CurlJob(request, url: try RequestURL(request.url))
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        job.hold(continuation)
        engine.submit(job)
      }
    } onCancel: {
      job.cancel()
      engine.sweep()
    }
  }
}

/// One request between the task that waits for it and the engine's thread.
final class CurlJob: Sendable {
  typealias Continuation = CheckedContinuation<HTTPResponse, any Error>

  let request: HTTPRequest
  let url: RequestURL

  private struct State {
    var continuation: Continuation?
    var isCancelled = false
  }
  private let state = Mutex(State())

  init(_ request: HTTPRequest, url: RequestURL) {
    self.request = request
    self.url = url
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func hold(_ continuation: Continuation) { state.withLock { $0.continuation = continuation } }

  func cancel() { state.withLock { $0.isCancelled = true } }

  /// Answers the waiting task; only the first call counts.
  func finish(_ result: Result<HTTPResponse, any Error>) {
    let continuation = state.withLock { state in
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(with: result)
  }
}

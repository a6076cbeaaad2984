/// Sends GET requests. There is no way to express another method: nothing in this project changes
/// anything at the API.
///
/// Duties of an implementation:
/// - Any complete answer is returned, whatever its status; redirects are answers and never followed.
/// - Where there is no complete answer it throws ``TransportError``, or `CancellationError`.
/// - It may be called from many tasks at once.
public protocol HTTPClient: Sendable {
  func send(_ request: HTTPRequest) async throws -> HTTPResponse

  /// Sends a request and reads the answer with `reading`.
  ///
  /// The hook by which a caller asks for a retry of a body that arrived whole and is still unusable: a
  /// client that retries does so when `reading` throws an ``UnusableBody``, and rethrows it in the end.
  /// All other errors pass at once.
  func send<Value: Sendable>(
    _ request: HTTPRequest, reading: @Sendable (HTTPResponse) throws -> Value
  ) async throws -> Value
}

extension HTTPClient {
  public func send<Value: Sendable>(
    _ request: HTTPRequest, reading: @Sendable (HTTPResponse) throws -> Value
  ) async throws -> Value {
    try reading(try await send(request))
  }
}

/// A body that is not what was asked for, although its status said so: cut, a proxy's page, half JSON.
/// The same request may well get a good one.
public protocol UnusableBody: Error {
  /// Whether the API itself seems to have written it. Then the next one is seldom better; else something
  /// stands between the client and the API, and that may pass like any outage.
  var isOfTheAPI: Bool { get }
}

/// One GET request.
public struct HTTPRequest: Sendable {
  /// How long to wait for what.
  public struct Timeouts: Sendable, Hashable {
    /// Until a connection stands, TLS included.
    public var connect: Duration
    /// Without a single byte arriving; whole seconds.
    public var idle: Duration
    /// For all of the request.
    public var total: Duration

    public init(
      connect: Duration = .seconds(20), idle: Duration = .seconds(60), total: Duration = .seconds(600)
    ) {
      self.connect = connect
      self.idle = idle
      self.total = total
    }
  }

  /// Absolute; `https`, or `http` to a loopback host.
  public var url: String
  /// Sent in this order, `Authorization` excluded.
  public var headers: [(name: String, value: String)]
  /// Sent as `Authorization: Bearer …`.
  public var bearer: Secret?
  public var timeouts: Timeouts

  public init(
    url: String, headers: [(name: String, value: String)] = [], bearer: Secret? = nil,
    timeouts: Timeouts = Timeouts()
  ) {
    self.url = url
    self.headers = headers
    self.bearer = bearer
    self.timeouts = timeouts
  }
}

/// A complete answer.
public struct HTTPResponse: Sendable {
  public var status: Int
  /// In the order of arrival, values trimmed.
  public var headers: [(name: String, value: String)]
  /// Decompressed.
  public var body: [UInt8]
  /// `HTTP/1.1`, `HTTP/2`, … as negotiated.
  public var version: String
  /// How many requests it took, failed ones included.
  public var attempts: Int

  public init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    version: String = "HTTP/1.1", attempts: Int = 1
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.version = version
    self.attempts = attempts
  }

  /// The first header of that name, in any case of letters.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

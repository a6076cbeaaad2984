/// One request to an object store or to what gives out credentials for it.
struct OutgoingRequest: Sendable {
  var method: String
  var address: HTTPAddress
  /// Absolute and percent-encoded, as it goes over the wire and into the signature.
  var path: String
  /// Not encoded; a nil value gives `?name=`.
  var query: [(name: String, value: String)] = []
  /// `Host` and `Content-Length` excluded.
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var timeouts = RequestTimeouts()
  /// The largest body that is taken as an answer.
  var answerLimit = Int.max

  /// The whole URL.
  var url: String {
    let query = PercentEncoding.query(query)
    return address.origin + path + (query.isEmpty ? "" : "?" + query)
  }
}

/// How long to wait for what.
struct RequestTimeouts: Sendable {
  /// Until a connection stands, TLS included.
  var connectSeconds = 10
  /// Without a byte in either direction.
  var idleSeconds = 60
  /// For all of the request; 0 for no limit.
  var totalSeconds = 0

  /// For link-local services, which answer at once or are not there.
  static let metadata = RequestTimeouts(connectSeconds: 1, idleSeconds: 5, totalSeconds: 10)
}

/// A complete answer, whatever its status.
struct IncomingResponse: Sendable {
  var status: Int
  /// In the order of arrival, values trimmed.
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  var isSuccess: Bool { (200...299).contains(status) }
  var text: String { String(decoding: body, as: UTF8.self) }

  /// The answer of a service that is up.
  /// - Throws: ``TransportFailure`` for one that says itself that it is not, and may be asked again.
  func whileServing(_ address: HTTPAddress) throws -> IncomingResponse {
    guard status == 429 || status >= 500 else { return self }
    throw TransportFailure(origin: address.origin, reason: "it answered \(status)", isRetryable: true)
  }

  /// The first header of that name, in any case of letters.
  func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// Sends requests. Redirects are answers and never followed.
protocol HTTPTransport: Sendable {
  /// - Throws: ``TransportFailure`` where there is no complete answer; `CancellationError`.
  func send(_ request: OutgoingRequest) async throws -> IncomingResponse
}

/// A request that got no complete answer.
struct TransportFailure: Error, Hashable {
  /// Scheme, host and port.
  let origin: String
  /// libcurl's words.
  let reason: String
  /// Whether the same request may get an answer when sent again.
  let isRetryable: Bool
  /// Whether the configuration is to blame: a certificate that is not trusted.
  var isConfiguration = false
}

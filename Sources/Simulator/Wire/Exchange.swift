/// A request, freed from the HTTP library.
public struct SimulatedRequest: Sendable {
  public var method: String
  /// Percent-decoded, without the query.
  public var path: String
  /// As it came, percent-encoded, without `?`.
  public var query: String
  /// The `Authorization` header.
  public var authorization: String?

  public init(method: String = "GET", path: String, query: String = "", authorization: String? = nil) {
    self.method = method
    self.path = path
    self.query = query
    self.authorization = authorization
  }
}

/// An answer, before it goes on the wire.
public struct SimulatedResponse: Sendable {
  /// How the body goes out.
  public enum Delivery: Sendable, Equatable {
    case whole
    /// The connection closes after so many bytes of the promised length.
    case cut(after: Int)
    /// Pieces of so many bytes with a pause between them.
    case slow(piece: Int, milliseconds: Int)
  }

  public var status: Int
  public var headers: [(name: String, value: String)] = [("Content-Type", "application/json")]
  public var body: [UInt8]
  public var delivery = Delivery.whole

  init(status: Int = 200, body: [UInt8]) {
    self.status = status
    self.body = body
  }

  init(_ error: APIError) { self.init(status: error.status, body: error.body) }
}

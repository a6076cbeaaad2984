public import Diagnostics

/// An operation on a bucket that did not go through.
public struct BucketError: RecoverableError, Hashable {
  /// What went wrong, by what can be done about it.
  public enum Kind: Sendable, Hashable {
    /// Credentials are missing, wrong or may not do this.
    case forbidden
    /// There is no such bucket, or it is elsewhere.
    case noBucket
    /// The request is one that this endpoint does not take, or its certificate is not trusted.
    case configuration
    /// The condition of a write did not hold.
    case conditionFailed
    /// The server is down, overloaded or not reachable.
    case unavailable
    /// What arrived is not what was sent.
    case damaged
    /// Everything else that the server refused.
    case refused
  }

  public let kind: Kind
  /// `s3://finops`.
  public let bucket: String
  /// `put`, `list`, …
  public let operation: String
  public let key: String?
  /// HTTP status; nil without an answer.
  public let status: Int?
  /// The store's own word, e.g. `AccessDenied`.
  public let code: String?
  /// The store's sentence, secrets masked, or the transport's words.
  public let message: String
  /// What the store's support asks for.
  public var requestID: String?
  /// Seconds that the server asked to wait.
  public var retryAfter: Int?
  /// How many attempts were made.
  public var attempts = 1

  public init(
    _ kind: Kind, bucket: String, operation: String, key: String? = nil, status: Int? = nil,
    code: String? = nil, message: String
  ) {
    self.kind = kind
    self.bucket = bucket
    self.operation = operation
    self.key = key
    self.status = status
    self.code = code
    self.message = message
  }

  /// Whether the same request may go through when made again.
  public var isRetryable: Bool { kind == .unavailable || kind == .damaged }

  public var recovery: Recovery {
    switch kind {
    case .forbidden: .mendPermission
    case .noBucket, .configuration: .mendConfiguration
    case .conditionFailed: .retryLater
    case .unavailable: .serviceDown
    case .damaged: .checkStorage
    case .refused: .mendOutput
    }
  }

  public var description: String {
    let place = key.map { "\(bucket)/\($0)" } ?? bucket
    let answer = [status.map(String.init), code].compactMap(\.self).joined(separator: " ")
    let after = attempts > 1 ? " after \(attempts) attempts" : ""
    let request = requestID.map { " (request \($0))" } ?? ""
    return "cannot \(operation) \(place)\(after): " + (answer.isEmpty ? "" : answer + ": ")
      + message + request + mend
  }

  private var mend: String {
    switch kind {
    case .forbidden: "; check the credentials and that they may \(operation) in \(bucket)"
    case .noBucket: "; create the bucket or correct its name in the configuration"
    default: ""
    }
  }
}

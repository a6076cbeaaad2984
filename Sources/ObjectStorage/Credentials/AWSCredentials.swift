/// What signs requests to S3.
///
/// Every description and mirror of it shows the access key's id at most: the id names the key, the secret and
/// the token are never shown.
struct AWSCredentials: Sendable {
  let accessKeyID: String
  private let secret: [UInt8]
  /// Sent with every request, for credentials that were lent.
  let sessionToken: String?
  /// Unix time after which they are worth nothing; nil for lasting ones.
  let expires: Int?
  /// Where they came from, for messages: `the environment`, `profile finops`.
  let origin: String

  init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expires: Int? = nil,
    origin: String
  ) {
    self.accessKeyID = accessKeyID
    secret = Array(secretAccessKey.utf8)
    self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
    self.expires = expires
    self.origin = origin
  }

  /// Hands the bytes to the one place that signs.
  func withSecret<Result>(_ body: ([UInt8]) -> Result) -> Result { body(secret) }

  /// A text without the secret and the token, should a server repeat them.
  func masked(in text: String) -> String {
    var text = text
    for secret in [String(decoding: secret, as: UTF8.self), sessionToken ?? ""] where secret.utf8.count > 8 {
      var out = ""
      var rest = Substring(text)
      while let found = rest.firstRange(of: secret) {
        out += rest[..<found.lowerBound] + "(secret)"
        rest = rest[found.upperBound...]
      }
      text = out + rest
    }
    return text
  }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "\(accessKeyID) from \(origin)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID, "origin": origin]) }
}

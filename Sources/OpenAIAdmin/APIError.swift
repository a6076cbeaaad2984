public import Diagnostics
internal import JSONReader

/// An answer of the API that refuses the request, after all retries.
public struct APIError: RecoverableError, Hashable {
  /// The organization's configured name.
  public let organization: String
  /// The path below the base URL.
  public let path: String
  public let status: Int
  /// The API's own word for the error, e.g. `reporting_lookback_exceeded`.
  public let code: String?
  /// The request parameter that the API objects to, e.g. `group_by`.
  public let parameter: String?
  /// The API's sentence, or the beginning of a body that is not the API's; at most 300 characters, keys
  /// masked, on one line.
  public let message: String
  /// The scopes that the key lacks, where the API or the catalogue names them.
  public let missingScopes: [String]
  /// The scope that the endpoint needs.
  let neededScope: String
  /// Whether the API itself named the missing scopes.
  let namesScopes: Bool
  /// How many requests were made.
  public let attempts: Int

  /// The data asked for is older than the API's history of about one year: it is out of reach, not empty.
  public var isBeyondHistory: Bool { status == 400 && code == "reporting_lookback_exceeded" }

  public var recovery: Recovery {
    switch status {
    case 401, 403: .mendPermission
    case 429: .retryLater
    case 408, 409, 500...599: .serviceDown
    case 400 where isBeyondHistory: .refuseData
    // Nothing of the organization API answers so: the base URL leads elsewhere.
    case 300...399, 404, 405, 407: .mendConfiguration
    default: .reportBug
    }
  }

  public var description: String {
    let words = [code, parameter.map { "parameter \($0)" }].compactMap(\.self).joined(separator: ", ")
    let detail = (words.isEmpty ? "" : " (\(words))") + (message.isEmpty ? "" : ": \(message)")
    let after = attempts > 1 ? " after \(attempts) attempts" : ""
    return "organization \(organization): \(path) answered \(status)\(after)\(detail)\(mend)"
  }

  private var mend: String {
    switch recovery {
    case .mendPermission where status == 401 && missingScopes.isEmpty:
      "; check that the admin key is this organization's, has not been revoked and has the scope \(neededScope)"
    case .mendPermission:
      "; give the admin key the scope \(missingScopes.joined(separator: ", "))"
    case .refuseData: "; ask for later days"
    case .mendConfiguration: "; check the organization's base_url"
    default: ""
    }
  }

  /// - Parameters:
  ///   - response: an answer whose status is not 200.
  ///   - scope: what the endpoint needs, for a refusal that does not say so itself.
  ///   - key: never shown, should the answer repeat it.
  init(_ response: HTTPResponse, organization: String, path: String, scope: String, key: Secret) {
    self.organization = organization
    self.path = path
    status = response.status
    neededScope = scope
    attempts = response.attempts
    let body = ErrorBody(response.body)
    /// Masked before it is cut, so that no half of a key is left.
    func shown(_ text: String, limit: Int) -> String {
      Excerpt.of(key.masked(in: String(decoding: text.utf8.prefix(4000), as: UTF8.self)), limit: limit)
    }
    code = body.code.map { shown($0, limit: 100) }
    parameter = body.parameter.map { shown($0, limit: 100) }
    message = shown(body.message, limit: 300)
    let named = ErrorBody.missingScopes(in: shown(body.message, limit: 2000))
    namesScopes = !named.isEmpty
    missingScopes = named.isEmpty && response.status == 403 ? [scope] : named
  }
}

/// What can be read from a refusing answer's body, whoever wrote it.
struct ErrorBody {
  private(set) var code: String?
  private(set) var parameter: String?
  private(set) var message = ""

  /// The largest body that is read as the API's, in bytes; its errors have some hundred.
  private static let limit = 1 << 20

  /// `{"error":{"message",…}}`, `{"error":"text"}`, or anything else, e.g. a proxy's page.
  init(_ body: [UInt8]) {
    let isRead =
      body.count > Self.limit
      ? nil
      : try? JSONParser().parse(body) { root in
        guard let error = root["error"] else { return false }
        message = error.string ?? error["message"]?.string ?? ""
        code = error["code"]?.string
        parameter = error["param"]?.string
        return true
      }
    // A page may be long; its first bytes are enough to recognize it.
    if isRead != true { message = String(decoding: body.prefix(2000), as: UTF8.self) }
  }

  /// The scopes of a sentence like `… Missing scopes: api.usage.read, api.management.read. Check …`.
  static func missingScopes(in message: String) -> [String] {
    let words = message.split(separator: " ")
    guard
      let start = words.indices.first(where: { at in
        words[at].lowercased() == "missing" && at + 1 < words.count && words[at + 1].hasPrefix("scopes:")
      })
    else { return [] }
    var scopes: [String] = []
    for word in words[(start + 2)...] {
      let scope = word.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
      let isLast = !word.hasSuffix(",")
      let name = scope.hasSuffix(".") ? scope.dropLast() : scope
      guard name.contains(".") else { break }
      scopes.append(String(name))
      if isLast { break }
    }
    return scopes
  }
}

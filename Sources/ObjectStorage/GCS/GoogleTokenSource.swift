internal import CryptoExtras
internal import Staging

/// OAuth tokens where Google's own libraries find them: the file that `GOOGLE_APPLICATION_CREDENTIALS` names,
/// `gcloud auth application-default login`, else the metadata server.
actor GoogleTokenSource {
  private enum Origin {
    case file(CredentialFile)
    case metadata(HTTPAddress)
  }
  private let origin: Origin
  private let transport: any HTTPTransport
  private let now: @Sendable () -> Int
  private var known: (token: String, expires: Int)?

  private static let scope = "https://www.googleapis.com/auth/devstorage.read_write"

  /// What Google's credential files hold.
  struct CredentialFile: Decodable {
    let type: String
    let clientEmail: String?
    let privateKey: String?
    let privateKeyID: String?
    let tokenURI: String?
    let clientID: String?
    let clientSecret: String?
    let refreshToken: String?

    enum CodingKeys: String, CodingKey {
      case type
      case clientEmail = "client_email"
      case privateKey = "private_key"
      case privateKeyID = "private_key_id"
      case tokenURI = "token_uri"
      case clientID = "client_id"
      case clientSecret = "client_secret"
      case refreshToken = "refresh_token"
    }
  }

  /// - Throws: ``CredentialError`` for a file that is missing or of another form.
  init(
    environment: [String: String], transport: any HTTPTransport,
    now: @escaping @Sendable () -> Int = Timestamps.now
  ) throws {
    self.transport = transport
    self.now = now
    let chosen = environment["GOOGLE_APPLICATION_CREDENTIALS"].flatMap { $0.isEmpty ? nil : $0 }
    let folder =
      environment["CLOUDSDK_CONFIG"] ?? environment["HOME"].map { $0 + "/.config/gcloud" } ?? ""
    let path = chosen ?? folder + "/application_default_credentials.json"
    if let bytes = try LocalFile.bytes(path) {
      guard let file = try? DeterministicJSON.decode(CredentialFile.self, from: bytes, path: path) else {
        throw CredentialError("\(path) is no credential file of Google's")
      }
      origin = .file(file)
      return
    }
    if let chosen {
      throw CredentialError("there is no file \(chosen), which GOOGLE_APPLICATION_CREDENTIALS names")
    }
    let host =
      environment["GCE_METADATA_HOST"].flatMap { $0.isEmpty ? nil : $0 } ?? "metadata.google.internal"
    guard let address = HTTPAddress("http://\(host)") else {
      throw CredentialError("GCE_METADATA_HOST is no host")
    }
    origin = .metadata(address)
  }

  func forget() { known = nil }

  /// - Throws: ``CredentialError``, ``TransportFailure``.
  func token() async throws -> String {
    if let known, known.expires - 300 > now() { return known.token }
    let request: OutgoingRequest
    let place: String
    switch origin {
    case .file(let file):
      request = try Self.request(file, at: now())
      place = request.address.origin
    case .metadata(let address):
      place = "the metadata server"
      request = OutgoingRequest(
        method: "GET", address: address,
        path: "/computeMetadata/v1/instance/service-accounts/default/token",
        headers: [("Metadata-Flavor", "Google")], timeouts: .metadata, answerLimit: 1 << 20)
    }
    struct Token: Decodable {
      let text: String
      let seconds: Int
      enum CodingKeys: String, CodingKey {
        case text = "access_token"
        case seconds = "expires_in"
      }
    }
    let response: IncomingResponse
    do {
      response = try await transport.send(request).whileServing(request.address)
    } catch let failure as TransportFailure {
      guard case .metadata = origin else { throw failure }
      throw CredentialError(
        "no credentials: there is no credential file and no metadata server (\(failure.reason)); set "
          + "GOOGLE_APPLICATION_CREDENTIALS")
    }
    guard response.isSuccess,
      let token = try? DeterministicJSON.decode(Token.self, from: response.body, path: place)
    else { throw CredentialError("\(place) gives no token: status \(response.status)") }
    known = (token.text, now() + token.seconds)
    return token.text
  }

  private static func request(_ file: CredentialFile, at now: Int) throws -> OutgoingRequest {
    let text = file.tokenURI ?? "https://oauth2.googleapis.com/token"
    guard let address = HTTPAddress(text), address.scheme == "https" || address.isLoopback else {
      throw CredentialError("token_uri of the credential file must be an https:// address")
    }
    let form: [(name: String, value: String)]
    switch file.type {
    case "service_account":
      form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", try assertion(file, audience: text, at: now)),
      ]
    case "authorized_user":
      form = [
        ("grant_type", "refresh_token"), ("client_id", file.clientID ?? ""),
        ("client_secret", file.clientSecret ?? ""), ("refresh_token", file.refreshToken ?? ""),
      ]
    default:
      throw CredentialError(
        "credentials of type \(OneLine.of(file.type, limit: 40)) are not supported; use a service account's key, "
          + "gcloud auth application-default login, or the metadata server")
    }
    var request = OutgoingRequest(method: "POST", address: address, path: address.basePath)
    if request.path.isEmpty { request.path = "/" }
    request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
    request.body = Array(PercentEncoding.query(form).utf8)
    request.timeouts.totalSeconds = 30
    request.answerLimit = 1 << 20
    return request
  }

  /// A JSON Web Token that the service account signs (RFC 7523), good for an hour.
  private static func assertion(_ file: CredentialFile, audience: String, at now: Int) throws -> String {
    struct Header: Encodable {
      let alg = "RS256"
      let typ = "JWT"
      let kid: String?
    }
    struct Claims: Encodable {
      let iss: String
      let scope: String
      let aud: String
      let iat: Int
      let exp: Int
    }
    guard let email = file.clientEmail, let pem = file.privateKey,
      let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem)
    else { throw CredentialError("the service account's file holds no usable client_email and private_key") }
    let parts = [
      try DeterministicJSON.encode(Header(kid: file.privateKeyID), onOneLine: true),
      try DeterministicJSON.encode(
        Claims(iss: email, scope: scope, aud: audience, iat: now, exp: now + 3600), onOneLine: true),
    ]
    let toSign = parts.map(Base64.encodeForURL).joined(separator: ".")
    let signature = try key.signature(for: Array(toSign.utf8), padding: .insecurePKCS1v1_5)
    return toSign + "." + Base64.encodeForURL(Array(signature.rawRepresentation))
  }
}

internal import Staging

/// Credentials as containers' and instances' endpoints hand them out.
private struct LentCredentials: Decodable {
  let key: String
  let secret: String
  let token: String?
  let expiration: String?

  enum CodingKeys: String, CodingKey {
    case key = "AccessKeyId"
    case secret = "SecretAccessKey"
    case token = "Token"
    case expiration = "Expiration"
  }

  static func read(_ response: IncomingResponse, origin: String) throws -> AWSCredentials {
    guard response.isSuccess,
      let lent = try? DeterministicJSON.decode(LentCredentials.self, from: response.body, path: origin)
    else { throw CredentialError("\(origin) answered \(response.status) and no credentials") }
    return AWSCredentials(
      accessKeyID: lent.key, secretAccessKey: lent.secret, sessionToken: lent.token,
      expires: lent.expiration.flatMap(Timestamps.unixTime(iso8601:)), origin: origin)
  }
}

/// The endpoint of ECS tasks and of EKS Pod Identity: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
struct ContainerCredentials: CredentialSource {
  let environment: [String: String]
  let transport: any HTTPTransport

  func credentials() async throws -> AWSCredentials? {
    let text: String
    if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], relative.hasPrefix("/") {
      text = "http://169.254.170.2" + relative
    } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty {
      text = full
    } else {
      return nil
    }
    let origin = "the container's endpoint"
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = HTTPAddress(String(parts[0])), Self.mayBeAsked(address) else {
      throw CredentialError("\(origin) must be https, on loopback, or the container service's own address")
    }
    var request = OutgoingRequest(
      method: "GET", address: address, path: address.basePath.isEmpty ? "/" : address.basePath)
    for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      request.query.append(
        (PercentEncoding.decode(String(pair[0])) ?? "", PercentEncoding.decode(String(pair.last ?? "")) ?? "")
      )
    }
    request.timeouts = .metadata
    request.answerLimit = 1 << 20
    if let token = try authorization() { request.headers.append(("Authorization", token)) }
    return try LentCredentials.read(
      try await transport.send(request).whileServing(address), origin: origin)
  }

  /// A file's token may be renewed while the run goes on, so it is read every time.
  private func authorization() throws -> String? {
    if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !file.isEmpty {
      guard let token = try LocalFile.text(file)?.split(whereSeparator: \.isNewline).first else {
        throw CredentialError("there is no token in \(file)")
      }
      return String(token)
    }
    return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func mayBeAsked(_ address: HTTPAddress) -> Bool {
    address.scheme == "https" || address.isLoopback
      || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(address.host)
  }
}

/// The metadata service of EC2 instances, version 2: a session token first, then the role's credentials.
struct InstanceMetadata: CredentialSource {
  let environment: [String: String]
  let transport: any HTTPTransport

  func credentials() async throws -> AWSCredentials? {
    if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" { return nil }
    let endpoint = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
    guard let address = HTTPAddress(endpoint) else {
      throw CredentialError("AWS_EC2_METADATA_SERVICE_ENDPOINT is no address")
    }
    func request(_ method: String, _ path: String, _ header: (String, String)) -> OutgoingRequest {
      OutgoingRequest(
        method: method, address: address, path: address.basePath + path, headers: [header],
        timeouts: .metadata, answerLimit: 1 << 20)
    }
    let session: IncomingResponse
    do {
      session = try await transport.send(
        request("PUT", "/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "21600")))
    } catch is TransportFailure {
      // This is no such instance.
      return nil
    }
    guard session.isSuccess else { return nil }
    let token = ("X-aws-ec2-metadata-token", session.text)
    let folder = "/latest/meta-data/iam/security-credentials/"
    let roles = try await transport.send(request("GET", folder, token))
    guard roles.isSuccess, let role = roles.text.split(whereSeparator: \.isNewline).first else { return nil }
    let path = folder + PercentEncoding.encode(String(role))
    return try LentCredentials.read(
      try await transport.send(request("GET", path, token)).whileServing(address),
      origin: "the instance's role \(role)")
  }
}

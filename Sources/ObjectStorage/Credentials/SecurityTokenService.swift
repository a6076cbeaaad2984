internal import Staging

/// STS: lends credentials of a role.
struct SecurityTokenService: Sendable {
  let address: HTTPAddress
  let region: String
  let transport: any HTTPTransport

  /// AssumeRoleWithWebIdentity, as pods of Kubernetes and CI jobs use it; needs no keys.
  func assume(role: String, session: String?, tokenFile: String, origin: String) async throws
    -> AWSCredentials
  {
    guard let token = try LocalFile.text(tokenFile)?.split(whereSeparator: \.isWhitespace).first else {
      throw CredentialError("\(origin): there is no token in \(tokenFile)")
    }
    let query = [
      ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
      ("RoleSessionName", session ?? "unblended"), ("WebIdentityToken", String(token)),
    ]
    return try await lend(query.map { (name: $0.0, value: $0.1) }, signedWith: nil, origin: origin)
  }

  /// AssumeRole, with the keys of whoever may.
  func assume(
    role: String, session: String?, externalID: String?, with keys: AWSCredentials, origin: String
  ) async throws -> AWSCredentials {
    var query: [(name: String, value: String)] = [
      ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role),
      ("RoleSessionName", session ?? "unblended"),
    ]
    if let externalID { query.append(("ExternalId", externalID)) }
    return try await lend(query, signedWith: keys, origin: origin)
  }

  private func lend(
    _ form: [(name: String, value: String)], signedWith keys: AWSCredentials?, origin: String
  ) async throws -> AWSCredentials {
    var request = OutgoingRequest(method: "POST", address: address, path: address.basePath + "/")
    request.body = Array(PercentEncoding.query(form).utf8)
    request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
    request.timeouts.totalSeconds = 30
    request.answerLimit = 1 << 20
    if let keys {
      request = SigV4(region: region, service: "sts").signed(request, with: keys, at: Timestamps.now())
    }
    let response = try await transport.send(request).whileServing(address)
    let root = XMLElement(response.body)
    guard response.isSuccess, let result = root?.children.first(where: { $0.name.hasSuffix("Result") }),
      let lent = result.child("Credentials"), let key = lent.text(of: "AccessKeyId"),
      let secret = lent.text(of: "SecretAccessKey"), let token = lent.text(of: "SessionToken")
    else {
      let error = root?.child("Error")
      let words = [error?.text(of: "Code"), error?.text(of: "Message")].compactMap(\.self)
      throw CredentialError(
        "\(origin): \(address.origin) lends no credentials: \(response.status) "
          + OneLine.of(words.joined(separator: ": ")))
    }
    return AWSCredentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: token,
      expires: lent.text(of: "Expiration").flatMap(Timestamps.unixTime(iso8601:)), origin: origin)
  }
}

/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, as EKS sets them for service accounts.
struct WebIdentityCredentials: CredentialSource {
  let environment: [String: String]
  let tokens: SecurityTokenService

  func credentials() async throws -> AWSCredentials? {
    guard let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], !file.isEmpty,
      let role = environment["AWS_ROLE_ARN"], !role.isEmpty
    else { return nil }
    return try await tokens.assume(
      role: role, session: environment["AWS_ROLE_SESSION_NAME"], tokenFile: file, origin: "web identity")
  }
}

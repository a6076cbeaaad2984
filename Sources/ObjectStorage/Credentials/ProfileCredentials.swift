/// The profile of `AWS_PROFILE`, else `default`: keys of its own, or a role that another profile's keys open.
struct ProfileCredentials: CredentialSource {
  let files: ProfileFiles
  let tokens: SecurityTokenService

  func credentials() async throws -> AWSCredentials? {
    guard let profile = files.current else {
      if files.isChosen {
        throw CredentialError("there is no profile \(files.name), which AWS_PROFILE names")
      }
      return nil
    }
    return try await credentials(files.name, profile, seen: [])
  }

  private func credentials(
    _ name: String, _ profile: [String: String], seen: Set<String>
  ) async throws -> AWSCredentials? {
    if let role = profile["role_arn"] {
      if let file = profile["web_identity_token_file"] {
        return try await tokens.assume(
          role: role, session: profile["role_session_name"], tokenFile: file, origin: "profile \(name)")
      }
      guard let source = profile["source_profile"] else {
        throw CredentialError("profile \(name) has a role_arn and neither source_profile nor a token file")
      }
      // A profile may name itself: its own keys open the role.
      var next = files[source]
      if source == name { next?["role_arn"] = nil }
      guard !seen.contains(source), let next,
        let keys = try await credentials(source, next, seen: seen.union([name]))
      else { throw CredentialError("profile \(name): its source_profile \(source) has no keys") }
      return try await tokens.assume(
        role: role, session: profile["role_session_name"], externalID: profile["external_id"], with: keys,
        origin: "profile \(name)")
    }
    if let key = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] {
      return AWSCredentials(
        accessKeyID: key, secretAccessKey: secret, sessionToken: profile["aws_session_token"],
        origin: "profile \(name)")
    }
    for unsupported in ["credential_process", "sso_session", "sso_start_url"]
    where profile[unsupported] != nil {
      throw CredentialError(
        "profile \(name) uses \(unsupported), which is not supported here: "
          + "eval \"$(aws configure export-credentials --profile \(name) --format env)\" first")
    }
    return nil
  }
}

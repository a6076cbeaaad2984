/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialSource {
  let environment: [String: String]

  func credentials() async throws -> AWSCredentials? {
    let key = environment["AWS_ACCESS_KEY_ID"] ?? ""
    let secret = environment["AWS_SECRET_ACCESS_KEY"] ?? ""
    if key.isEmpty, secret.isEmpty { return nil }
    guard !key.isEmpty, !secret.isEmpty else {
      throw CredentialError(
        "of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set; set both or none")
    }
    return AWSCredentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"],
      origin: "the environment")
  }
}

/// A client as settings, environment and profile have it, in this order.
extension S3Client {
  /// - Throws: ``StoreAddressError`` for an endpoint that is no address; ``StorageFailure``, ``CorruptFile`` for
  ///   profile files that cannot be read.
  init(
    _ settings: S3Settings, environment: [String: String], transport: any HTTPTransport
  ) throws {
    func variable(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    func address(_ text: String) throws -> HTTPAddress {
      guard let address = HTTPAddress(text) else {
        // It may hold a password, so it is not repeated.
        throw StoreAddressError(
          text: "the endpoint of S3 or STS (s3.endpoint_url, AWS_ENDPOINT_URL…)",
          reason: "it must be an http:// or https:// address without user or query")
      }
      return address
    }
    let files = try ProfileFiles(environment: environment)
    let region =
      settings.region ?? variable("AWS_REGION", "AWS_DEFAULT_REGION") ?? files.current?["region"]
      ?? "us-east-1"
    let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    let endpoint =
      settings.endpointURL ?? variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
      ?? files.current?["endpoint_url"]
    let tokens = SecurityTokenService(
      address: try address(
        variable("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL") ?? "https://sts.\(region).\(domain)"),
      region: region, transport: transport)
    self.init(
      settings: settings, address: try address(endpoint ?? "https://s3.\(region).\(domain)"), region: region,
      usesPathStyle: settings.pathStyle ?? (endpoint != nil),
      credentials: CredentialChain([
        EnvironmentCredentials(environment: environment),
        WebIdentityCredentials(environment: environment, tokens: tokens),
        ProfileCredentials(files: files, tokens: tokens),
        ContainerCredentials(environment: environment, transport: transport),
        InstanceMetadata(environment: environment, transport: transport),
      ]), transport: transport)
  }
}

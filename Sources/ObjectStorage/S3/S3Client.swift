/// Addresses, signs and sends requests to S3, and says what its refusals mean.
struct S3Client: Sendable {
  let settings: S3Settings
  let address: HTTPAddress
  let region: String
  let usesPathStyle: Bool
  let credentials: CredentialChain
  let transport: any HTTPTransport

  /// What every new object is given.
  var objectHeaders: [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    if let encryption = settings.encryption {
      headers.append(("x-amz-server-side-encryption", encryption.rawValue))
      if encryption == .kms, let key = settings.kmsKeyID {
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", key))
      }
    }
    if let storageClass = settings.storageClass { headers.append(("x-amz-storage-class", storageClass)) }
    return headers
  }

  func request(
    _ method: String, _ bucket: String, _ key: String = "", query: [(name: String, value: String)] = []
  ) -> OutgoingRequest {
    let key = PercentEncoding.encode(key, keepSlash: true)
    // The certificate of *.s3.amazonaws.com covers no second dot.
    let inPath = usesPathStyle || bucket.contains(".")
    return OutgoingRequest(
      method: method, address: inPath ? address : address.prefixed(bucket),
      path: address.basePath + (inPath ? "/\(bucket)" + (key.isEmpty ? "" : "/\(key)") : "/\(key)"),
      query: query)
  }

  func send(
    _ request: OutgoingRequest, _ bucket: String, _ operation: String, _ key: String?
  ) async throws -> IncomingResponse {
    do {
      let signer = SigV4(region: region, service: "s3")
      let current = try await credentials.current()
      var response = try await transport.send(signer.signed(request, with: current, at: Timestamps.now()))
      // Lent credentials may end before their time; asked again, their source has new ones.
      if !response.isSuccess, S3ErrorBody(response).code == "ExpiredToken" {
        await credentials.forget()
        let renewed = try await credentials.current()
        response = try await transport.send(signer.signed(request, with: renewed, at: Timestamps.now()))
      }
      return response
    } catch let failure as TransportFailure {
      throw BucketError(failure, bucket: "s3://\(bucket)", operation: operation, key: key)
    }
  }

  /// What an answer that is no success means.
  func refusal(
    _ response: IncomingResponse, _ bucket: String, _ operation: String, _ key: String?, isConditional: Bool
  ) async -> BucketError {
    let body = S3ErrorBody(response)
    var message = body.message
    if let current = try? await credentials.current() { message = current.masked(in: message) }
    let isCondition =
      response.status == 412 || (isConditional && response.status == 404 && body.code != "NoSuchBucket")
    var error = BucketError(
      isCondition ? .conditionFailed : body.kind(status: response.status), bucket: "s3://\(bucket)",
      operation: operation, key: key, status: response.status, code: body.code,
      message: message + body.hint(signedFor: region))
    error.requestID = body.requestID
    error.retryAfter = response.header("Retry-After").flatMap { Int($0) }.map { min($0, 300) }
    return error
  }

  /// The error that an answer holds although its status is 200.
  func error(
    in response: IncomingResponse, _ bucket: String, _ operation: String, _ key: String
  ) -> BucketError? {
    let body = S3ErrorBody(response)
    guard let code = body.code else { return nil }
    var error = BucketError(
      body.kind(status: response.isSuccess ? 500 : response.status), bucket: "s3://\(bucket)",
      operation: operation, key: key, status: response.status, code: code, message: body.message)
    error.requestID = body.requestID
    return error
  }
}

extension BucketError {
  init(_ failure: TransportFailure, bucket: String, operation: String, key: String?) {
    let kind: Kind =
      failure.isConfiguration ? .configuration : failure.isRetryable ? .unavailable : .refused
    self.init(
      kind, bucket: bucket, operation: operation, key: key, message: "\(failure.origin): \(failure.reason)")
  }
}

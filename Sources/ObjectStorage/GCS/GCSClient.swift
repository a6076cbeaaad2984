internal import Staging

/// Addresses, authorizes and sends requests to Cloud Storage, and says what its refusals mean.
struct GCSClient: Sendable {
  let address: HTTPAddress
  /// Nil for an emulator, which asks for none.
  private let tokens: GoogleTokenSource?
  private let transport: any HTTPTransport

  /// - Throws: ``StoreAddressError`` for an endpoint that tokens must not be sent to; ``CredentialError``.
  init(
    _ settings: GCSSettings, environment: [String: String], transport: any HTTPTransport
  ) throws {
    let emulator = environment["STORAGE_EMULATOR_HOST"].flatMap { $0.isEmpty ? nil : $0 }
    let text =
      settings.endpointURL ?? emulator.map { $0.contains("://") ? $0 : "http://\($0)" }
      ?? "https://storage.googleapis.com"
    guard let address = HTTPAddress(text) else {
      throw StoreAddressError(
        text: "gcs.endpoint_url or STORAGE_EMULATOR_HOST",
        reason: "it must be an https:// address without user or query")
    }
    let isEmulator = settings.endpointURL == nil && emulator != nil
    guard isEmulator || address.scheme == "https" || address.isLoopback else {
      throw StoreAddressError(text: text, reason: "tokens travel over https only; http:// is for loopback")
    }
    self.address = address
    self.transport = transport
    tokens = isEmulator ? nil : try GoogleTokenSource(environment: environment, transport: transport)
  }

  func request(_ method: String, _ path: String, _ query: [(name: String, value: String)] = [])
    -> OutgoingRequest
  {
    OutgoingRequest(method: method, address: address, path: address.basePath + path, query: query)
  }

  func send(
    _ request: OutgoingRequest, _ bucket: String, _ operation: String, _ key: String?
  ) async throws -> IncomingResponse {
    do {
      guard let tokens else { return try await transport.send(request) }
      var authorized = request
      authorized.headers.append(("Authorization", "Bearer " + (try await tokens.token())))
      let response = try await transport.send(authorized)
      guard response.status == 401 else { return response }
      // A token may be revoked before its time; its source may have a new one.
      await tokens.forget()
      authorized = request
      authorized.headers.append(("Authorization", "Bearer " + (try await tokens.token())))
      return try await transport.send(authorized)
    } catch let failure as TransportFailure {
      throw BucketError(failure, bucket: bucket, operation: operation, key: key)
    }
  }

  /// What an answer that is no success means.
  func refusal(
    _ response: IncomingResponse, _ bucket: String, _ operation: String, _ key: String?
  ) -> BucketError {
    struct Body: Decodable {
      struct Problem: Decodable {
        struct Detail: Decodable { let reason: String? }
        let message: String?
        let errors: [Detail]?
      }
      let error: Problem
    }
    let body = try? DeterministicJSON.decode(Body.self, from: response.body, path: bucket).error
    let message = OneLine.of(body?.message ?? String(response.text.prefix(2000)))
    let kind: BucketError.Kind =
      switch response.status {
      case 401, 403: .forbidden
      case 404: .noBucket
      case 412: .conditionFailed
      case 400 where message.contains("MD5") || message.contains("hash"): .damaged
      case 301, 302, 307, 308, 405, 501: .configuration
      case 408, 429, 500...599: .unavailable
      default: .refused
      }
    var error = BucketError(
      kind, bucket: bucket, operation: operation, key: key, status: response.status,
      code: body?.errors?.first?.reason.map { OneLine.of($0, limit: 60) },
      message: message.isEmpty ? "status \(response.status) without a word" : message)
    error.requestID = response.header("x-guploader-uploadid").map { OneLine.of($0, limit: 60) }
    error.retryAfter = response.header("Retry-After").flatMap { Int($0) }.map { min($0, 300) }
    return error
  }
}

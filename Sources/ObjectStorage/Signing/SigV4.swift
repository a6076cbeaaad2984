/// AWS Signature Version 4, in the `Authorization` header, over the whole body.
///
/// Canonical request, string to sign and derived key are those of "Authenticating Requests (AWS Signature
/// Version 4)" in the Amazon S3 API reference. The path is encoded once, as S3 wants it.
struct SigV4 {
  let region: String
  /// `s3`, `sts`.
  let service: String

  static let algorithm = "AWS4-HMAC-SHA256"

  /// The request with `X-Amz-Date`, `X-Amz-Content-Sha256`, the session token and `Authorization` added. All
  /// headers that the request has are signed, and `Host`.
  func signed(_ request: OutgoingRequest, with credentials: AWSCredentials, at unixTime: Int)
    -> OutgoingRequest
  {
    var request = request
    let payload = Hashes.hex(Hashes.sha256(request.body))
    let timestamp = Timestamps.basic(unixTime)
    request.headers.append(("X-Amz-Date", timestamp))
    if service == "s3" { request.headers.append(("X-Amz-Content-Sha256", payload)) }
    if let token = credentials.sessionToken { request.headers.append(("X-Amz-Security-Token", token)) }
    request.headers.append(
      ("Authorization", authorization(request, payload: payload, credentials, timestamp: timestamp)))
    return request
  }

  /// The value of the `Authorization` header.
  /// - Parameters:
  ///   - payload: the body's SHA-256 in hexadecimal digits.
  ///   - timestamp: `20261103T081500Z`.
  func authorization(
    _ request: OutgoingRequest, payload: String, _ credentials: AWSCredentials, timestamp: String
  ) -> String {
    let scope = "\(timestamp.prefix(8))/\(region)/\(service)/aws4_request"
    let (canonical, names) = canonicalRequest(request, payload: payload)
    let toSign =
      "\(Self.algorithm)\n\(timestamp)\n\(scope)\n\(Hashes.hex(Hashes.sha256(Array(canonical.utf8))))"
    let key = signingKey(credentials, date: String(timestamp.prefix(8)))
    let signature = Hashes.hex(Hashes.hmacSHA256(Array(toSign.utf8), key: key))
    return "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), "
      + "Signature=\(signature)"
  }

  func canonicalRequest(
    _ request: OutgoingRequest, payload: String
  ) -> (text: String, signedHeaders: String) {
    var headers: [String: String] = ["host": request.address.authority]
    for (name, value) in request.headers {
      let name = name.lowercased()
      let value = Self.trimmed(value)
      headers[name] = headers[name].map { "\($0),\(value)" } ?? value
    }
    let sorted = headers.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let names = sorted.map(\.key).joined(separator: ";")
    let lines =
      [request.method, request.path, PercentEncoding.query(request.query)]
      + sorted.map { "\($0.key):\($0.value)" } + ["", names, payload]
    return (lines.joined(separator: "\n"), names)
  }

  func signingKey(_ credentials: AWSCredentials, date: String) -> [UInt8] {
    var key = credentials.withSecret { Array("AWS4".utf8) + $0 }
    for part in [date, region, service, "aws4_request"] {
      key = Hashes.hmacSHA256(Array(part.utf8), key: key)
    }
    return key
  }

  /// Without white space at the ends, and one space for several inside.
  private static func trimmed(_ value: String) -> String {
    value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
  }
}

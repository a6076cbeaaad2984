/// What a refusal of S3 says.
struct S3ErrorBody {
  /// `AccessDenied`, `NoSuchKey`, …; nil for a body that is none of S3's, or missing.
  let code: String?
  /// One line of at most 300 characters.
  let message: String
  let requestID: String?
  private let region: String?

  init(_ response: IncomingResponse) {
    let error = response.body.count < 1 << 16 ? XMLElement(response.body) : nil
    if let error, error.name == "Error" {
      code = error.text(of: "Code")
      message = OneLine.of(error.text(of: "Message") ?? "")
    } else {
      code = nil
      message =
        response.body.isEmpty
        ? "status \(response.status) without a word" : OneLine.of(String(response.text.prefix(2000)))
    }
    requestID = (error?.text(of: "RequestId") ?? response.header("x-amz-request-id")).map { OneLine.of($0) }
    region = response.header("x-amz-bucket-region") ?? error?.text(of: "Region")
  }

  func kind(status: Int) -> BucketError.Kind {
    switch code {
    case "NoSuchBucket", "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
      "InvalidBucketName", "IllegalLocationConstraintException":
      return .noBucket
    case "RequestTimeTooSkewed", "NotImplemented": return .configuration
    case "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "InvalidDigest": return .damaged
    case "RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable", "OperationAborted",
      "ConditionalRequestConflict":
      return .unavailable
    default: break
    }
    switch status {
    case 401, 403: return .forbidden
    case 301, 302, 307, 308: return .noBucket
    case 405, 501: return .configuration
    case 507: return .refused
    case 408, 429, 500...599: return .unavailable
    default: return .refused
    }
  }

  func hint(signedFor signed: String) -> String {
    if code == "RequestTimeTooSkewed" { return "; set this machine's clock" }
    guard let region, region != signed else { return "" }
    return "; the bucket is in \(OneLine.of(region)), the request was signed for \(signed): set s3.region"
  }
}

/// Words of a server for a message: one line, not too long.
enum OneLine {
  static func of(_ text: String, limit: Int = 300) -> String {
    let words = text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
    let clean = String(
      String.UnicodeScalarView(words.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    return clean.count <= limit ? clean : clean.prefix(limit) + "…"
  }
}

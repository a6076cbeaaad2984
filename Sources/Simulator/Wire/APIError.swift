/// An answer that is no data, in the shape the API gives its errors.
struct APIError: Error, Sendable {
  var status: Int
  var message: String
  var type = "invalid_request_error"
  var parameter: String?
  var code: String?

  var body: [UInt8] {
    var writer = ByteWriter()
    writer.raw("{\"error\":{\"message\":")
    writer.string(message)
    writer.raw(",\"type\":")
    writer.string(type)
    writer.raw(",\"param\":")
    writer.string(parameter)
    writer.raw(",\"code\":")
    writer.string(code)
    writer.raw("}}")
    return writer.bytes
  }

  /// `{"error": "…"}`, as has been seen instead.
  var bareBody: [UInt8] {
    var writer = ByteWriter()
    writer.raw("{\"error\":")
    writer.string(message)
    writer.raw("}")
    return writer.bytes
  }

  static func invalid(_ parameter: String?, _ message: String, code: String? = nil) -> APIError {
    APIError(status: 400, message: message, parameter: parameter, code: code)
  }

  static func unknownParameter(_ name: String) -> APIError {
    invalid(name, "Unknown parameter: '\(name)'.", code: "unknown_parameter")
  }

  static func missing(_ name: String) -> APIError {
    invalid(name, "Missing required parameter: '\(name)'.", code: "missing_required_parameter")
  }

  static func notFound(_ kind: String, _ id: String) -> APIError {
    APIError(status: 404, message: "\(kind) with id '\(id)' not found.", code: "not_found")
  }

  static func unknownPath(_ method: String, _ path: String) -> APIError {
    APIError(status: 404, message: "Invalid URL (\(method) \(path))")
  }

  static func method(_ method: String, _ path: String) -> APIError {
    APIError(
      status: 405,
      message:
        "Not allowed to \(method) on \(path). (HINT: Perhaps you meant to use a different HTTP method?)",
      code: "method_not_supported")
  }

  static let noKey = APIError(
    status: 401,
    message:
      "You didn't provide an API key. You need to provide your API key in an Authorization header using "
      + "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")

  static func wrongKey(_ secret: String) -> APIError {
    let shown = secret.count > 12 ? "\(secret.prefix(8))****\(secret.suffix(4))" : "****"
    return APIError(
      status: 401, message: "Incorrect API key provided: \(shown).", code: "invalid_api_key")
  }

  static func missingScope(_ scope: Scope) -> APIError {
    APIError(
      status: 403,
      message:
        "You have insufficient permissions for this operation. Missing scopes: \(scope.rawValue). Check that "
        + "you have the correct role in your organization, and if you're using a restricted API key, that it has "
        + "the necessary scopes.")
  }

  static func lookback(earliest: UTCDay) -> APIError {
    invalid(
      "start_time",
      "Usage and cost data are available for the past year. Earliest supported start date: \(earliest) (UTC).",
      code: "reporting_lookback_exceeded")
  }
}

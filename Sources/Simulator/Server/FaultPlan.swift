/// HTTP faults between the client and the answers. Which request is hit depends on its number alone, so a run
/// can be repeated.
public struct FaultPlan: Sendable, Equatable {
  /// What goes wrong.
  public enum Fault: Sendable, Equatable {
    /// 429, with `Retry-After` where seconds are given.
    case tooManyRequests(retryAfter: Int?)
    /// 500 whose `error` is a bare string, as has been seen.
    case serverError
    /// 503 in the usual error shape.
    case unavailable
    /// 408 or 409 in the usual error shape.
    case passing(Int)
    /// 502 or 504 with a gateway's page.
    case gateway(Int)
    /// 302 to another host.
    case redirect
    /// The connection closes in the middle of the body.
    case cut
    /// The body trickles.
    case slow
    /// The body stops in the middle for so many seconds.
    case hang(seconds: Int)
    /// Half of the JSON as if it were all of it.
    case half
    /// A good answer that says that it was the last one granted for so many seconds.
    case exhausted(seconds: Int)
    /// 200 with the login page of a captive portal.
    case portal
  }

  private struct Rule: Sendable, Equatable {
    var fault: Fault
    /// Hits each so manieth request.
    var every: Int
    /// Or all requests with these numbers, counted from 1.
    var window: ClosedRange<Int>?
  }

  private var rules: [Rule] = []

  /// No faults.
  public init() {}

  /// What a rule may be, for a message or a help text.
  public static let listing =
    "429:N[:SECONDS], remaining:N[:SECONDS], hang:N[:SECONDS], 408:N, 409:N, 500:N, 502:N, 503:N, 504:N, cut:N, "
    + "slow:N, json:N, html:N, redirect:N or outage:FROM-TO"

  /// - Parameter text: rules separated by commas, the first that applies counts. Those of ``listing`` with N hit
  ///   each Nth request; `outage:FROM-TO` answers 503 to the requests with these numbers. `none` is no faults.
  /// - Throws: `SimulatorError` for a rule that is none.
  public init(parsing text: String) throws {
    for item in text.split(separator: ",") where item != "none" {
      let parts = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      let refusal = SimulatorError("'\(item)' is no fault, expected \(Self.listing)")
      guard parts.count >= 2 else { throw refusal }
      if parts[0] == "outage" {
        let ends = parts[1].split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2, ends.count == 2, 1 <= ends[0], ends[0] <= ends[1] else { throw refusal }
        rules.append(Rule(fault: .unavailable, every: 1, window: ends[0]...ends[1]))
        continue
      }
      guard let every = Int(parts[1]), every > 0, parts.count <= 3 else { throw refusal }
      let seconds = parts.count == 3 ? Int(parts[2]) : nil
      guard parts.count == 2 || (seconds ?? -1) >= 0 && ["429", "remaining", "hang"].contains(parts[0]) else {
        throw refusal
      }
      let fault: Fault
      switch parts[0] {
      case "429": fault = .tooManyRequests(retryAfter: seconds)
      case "remaining": fault = .exhausted(seconds: seconds ?? 1)
      case "hang": fault = .hang(seconds: seconds ?? 60)
      case "408": fault = .passing(408)
      case "409": fault = .passing(409)
      case "500": fault = .serverError
      case "502": fault = .gateway(502)
      case "503": fault = .unavailable
      case "504": fault = .gateway(504)
      case "cut": fault = .cut
      case "slow": fault = .slow
      case "json": fault = .half
      case "html": fault = .portal
      case "redirect": fault = .redirect
      default: throw refusal
      }
      rules.append(Rule(fault: fault, every: every))
    }
  }

  /// The fault that hits a request.
  /// - Parameter number: of requests under `/v1`, counted from 1.
  func fault(for number: Int) -> Fault? {
    rules.first { rule in
      if let window = rule.window { return window.contains(number) }
      return number % rule.every == 0
    }?.fault
  }
}

extension FaultPlan.Fault {
  /// The answer in place of the real one.
  var refusal: SimulatedResponse? {
    switch self {
    case .tooManyRequests(let seconds):
      var response = SimulatedResponse(
        APIError(
          status: 429, message: "Rate limit reached. Please try again later.", type: "requests",
          code: "rate_limit_exceeded"))
      if let seconds { response.headers.append(("Retry-After", String(seconds))) }
      return response
    case .serverError:
      return SimulatedResponse(
        status: 500, body: Array("{\"error\":\"The server had an error while processing your request\"}".utf8)
      )
    case .unavailable:
      return SimulatedResponse(
        APIError(status: 503, message: "The engine is currently overloaded.", type: "server_error"))
    case .passing(let status):
      return SimulatedResponse(
        APIError(status: status, message: "The request could not be completed. Please try again."))
    case .gateway(let status):
      var response = SimulatedResponse(
        status: status, body: Array("<html><h1>\(status)</h1><hr>gateway</html>".utf8))
      response.headers = [("Content-Type", "text/html")]
      return response
    case .redirect:
      var response = SimulatedResponse(status: 302, body: [])
      // A port of this machine that nobody listens on.
      response.headers.append(("Location", "http://127.0.0.1:9/v1/organization/elsewhere"))
      return response
    case .portal:
      var response = SimulatedResponse(
        body: Array("<!DOCTYPE html><html><title>Sign in</title><body>Accept the terms</body></html>".utf8))
      response.headers = [("Content-Type", "text/html; charset=utf-8")]
      return response
    case .cut, .slow, .hang, .half, .exhausted: return nil
    }
  }

  /// What happens to the real answer on its way.
  func damage(_ response: inout SimulatedResponse) {
    switch self {
    case .cut: response.delivery = .cut(after: response.body.count / 2)
    case .slow: response.delivery = .slow(piece: max(response.body.count / 8, 1), milliseconds: 50)
    case .hang(let seconds):
      response.delivery = .slow(piece: max(response.body.count / 2, 1), milliseconds: seconds * 1000)
    case .half: response.body.removeLast(response.body.count / 2)
    case .exhausted(let seconds):
      response.headers.append(("x-ratelimit-remaining-requests", "0"))
      response.headers.append(("x-ratelimit-reset-requests", "\(seconds)s"))
    default: break
    }
  }
}

import Diagnostics
import Staging
import Synchronization
import Testing

@testable import OpenAIAdmin

/// Answers from a closure, and remembers what it was asked.
final class ScriptedClient: HTTPClient {
  private struct State {
    var requests: [HTTPRequest] = []
    var active = 0
    var mostActive = 0
  }
  private let state = Mutex(State())
  private let answer: @Sendable (_ request: HTTPRequest, _ number: Int) throws -> HTTPResponse

  /// - Parameter answer: gets each request with its number, from 1.
  init(_ answer: @escaping @Sendable (_ request: HTTPRequest, _ number: Int) throws -> HTTPResponse) {
    self.answer = answer
  }

  /// Answers with `answers` in turn, and repeats the last one.
  convenience init(_ answers: [HTTPResponse]) {
    self.init { _, number in answers[min(number, answers.count) - 1] }
  }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  var mostActive: Int { state.withLock { $0.mostActive } }

  /// Path and query below the test's base URL.
  var targets: [String] {
    requests.map {
      $0.url.hasPrefix(baseURL) ? String($0.url.dropFirst(baseURL.count)) : "not below \(baseURL)"
    }
  }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = state.withLock { state in
      state.requests.append(request)
      state.active += 1
      state.mostActive = max(state.mostActive, state.active)
      return state.requests.count
    }
    defer { state.withLock { $0.active -= 1 } }
    for _ in 0..<20 { await Task.yield() }
    return try answer(request, number)
  }
}

/// A clock that sleeping moves forward.
final class ManualClock: RetryClock {
  private struct State {
    var now = Duration.zero
    var sleeps: [Duration] = []
  }
  private let state = Mutex(State())

  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  func now() -> Duration { state.withLock { $0.now } }

  /// The clock starts on 2026-11-23 at 12:00:00 UTC.
  func unixTime() -> Int { 1_795_435_200 + Int(now().components.seconds) }

  func sleep(for duration: Duration) async throws {
    state.withLock { state in
      state.now += duration
      state.sleeps.append(duration)
    }
  }

  func advance(by duration: Duration) { state.withLock { $0.now += duration } }
}

let baseURL = "https://api.example.com/v1"

func day(_ text: String) throws -> Day { try #require(Day(text)) }

func api(_ client: any HTTPClient, _ diagnostics: DiagnosticsCollector = DiagnosticsCollector())
  -> OrganizationAPI
{
  OrganizationAPI(
    name: "acme", baseURL: baseURL + "/", key: Secret("sk-admin-test"), client: client,
    diagnostics: diagnostics)
}

extension HTTPResponse {
  static func ok(_ body: String) -> HTTPResponse { HTTPResponse(status: 200, body: Array(body.utf8)) }

  static func refused(_ status: Int, _ body: String = "", headers: [(name: String, value: String)] = [])
    -> HTTPResponse
  {
    HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
  }
}

/// The values of a query's items of one name, in order.
func values(_ name: String, in url: String) -> [String] {
  guard let query = url.split(separator: "?").dropFirst().first else { return [] }
  return query.split(separator: "&").filter { $0.hasPrefix(name + "=") }.map {
    String($0.dropFirst(name.count + 1))
  }
}

import Diagnostics
import Dispatch
import Staging
import Synchronization

@testable import OpenAIAdmin

/// The key that the conversations are held with.
private let key = "sk-admin-0123456789abcdefghij"

/// Whatever a server says, page after page: days come at most once, and no error tells the key.
///
/// Answers stand between bytes 1E; one that begins with three digits and a space has that status, else it is 200. A
/// byte 1F in an answer stands for the key, as servers and proxies echo it.
func readConversation(_ input: UnsafeBufferPointer<UInt8>) {
  let answers = parts(input, separator: 0x1E, limit: 40).map(answer)
  let diagnostics = DiagnosticsCollector()
  for endpoint in [EndpointCatalogue.costs, EndpointCatalogue.usage[1], EndpointCatalogue.users] {
    let api = OrganizationAPI(
      name: "acme", baseURL: "http://127.0.0.1:1/v1", key: Secret(key), client: ScriptedClient(answers),
      diagnostics: diagnostics)
    let problem = waiting { () async -> (any Error)? in
      do {
        if endpoint.kind == .list {
          _ = try await api.fetchList(of: endpoint)
        } else {
          try await fetch(endpoint, of: api)
        }
        return nil
      } catch { return error }
    }
    if let problem { _ = reading { throw problem } }
    for text in [problem.map(refusal)].compactMap(\.self) + diagnostics.examples.values {
      promise(!text.contains(key), "the key in: \(text)")
    }
  }
}

private func fetch(_ endpoint: Endpoint, of api: OrganizationAPI) async throws {
  var days: Set<Day> = []
  // The last day of the window is today, and may be open.
  let report = try await api.fetchDays(
    of: endpoint, in: window, groupBy: [], today: Day(number: window.to.number - 1)
  ) { day in
    check(day)
    promise(days.insert(day.day).inserted, "\(day.day) came twice")
  }
  promise(Set(report.days) == days && report.days.count == days.count, "another report than days")
  if report.isOffered {
    let missing = window.filter { !days.contains($0) }
    promise(missing == report.notYetThere, "\(missing) are missing without a word")
  }
}

private func answer(_ text: UnsafeBufferPointer<UInt8>) -> HTTPResponse {
  var body: [UInt8] = []
  for byte in text { if byte == 0x1F { body += key.utf8 } else { body.append(byte) } }
  guard body.count > 3, body[3] == 0x20, let status = Int(String(decoding: body[..<3], as: UTF8.self)),
    (100...599).contains(status)
  else { return HTTPResponse(status: 200, body: body) }
  return HTTPResponse(
    status: status, headers: [("Content-Type", "application/json")], body: Array(body[4...]))
}

/// Gives one answer after the other, and 404 behind the last.
private final class ScriptedClient: HTTPClient {
  private let answers: [HTTPResponse]
  private let given = Mutex(0)

  init(_ answers: [HTTPResponse]) { self.answers = answers }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = given.withLock { given in
      defer { given += 1 }
      return given
    }
    return number < answers.count ? answers[number] : HTTPResponse(status: 404)
  }
}

/// What `body` returns, waited for.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
  let outcome = Outcome<Value>()
  Task.immediate { outcome.set(await body()) }
  return outcome.wait()
}

private final class Outcome<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func set(_ new: Value) {
    value.withLock { $0 = new }
    isThere.signal()
  }

  func wait() -> Value {
    isThere.wait()
    guard let value = value.withLock({ $0 }) else { broken("nothing came of it") }
    return value
  }
}

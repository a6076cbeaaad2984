import Diagnostics
import Logging
import OpenAIAdmin
import Pipeline
import Staging
import Synchronization
import Testing

/// What passes leaves no trace, at whichever endpoint it happens; what stays is told by its exit code.
@Suite struct PassingFaultTests {
  /// What can come instead of an answer.
  enum Fault: String, CaseIterable {
    case timeout, conflict, rateLimit, serverError, gateway, unavailable, unreachable, slow, brokenOff,
      portal, half,
      empty

    func answer(_ host: String = "http://127.0.0.1:1") throws -> HTTPResponse {
      func html(_ status: Int) -> HTTPResponse {
        HTTPResponse(status: status, body: Array("<!DOCTYPE html><title>Sign in</title>".utf8))
      }
      switch self {
      case .timeout: return ScriptedAPI.refusal(408, "timed out")
      case .conflict: return ScriptedAPI.refusal(409, "again")
      case .rateLimit:
        var response = ScriptedAPI.refusal(429, "slower", code: "rate_limit_exceeded")
        response.headers.append(("Retry-After", "0"))
        return response
      case .serverError: return ScriptedAPI.json("{\"error\":\"oops\"}", status: 500)
      case .gateway: return html(502)
      case .unavailable: return ScriptedAPI.refusal(503, "overloaded")
      case .unreachable: throw TransportError(.unreachable, host: host, reason: "nobody listens")
      case .slow: throw TransportError(.timedOut, host: host, reason: "no answer")
      case .brokenOff: throw TransportError(.interrupted, host: host, reason: "cut")
      case .portal: return html(200)
      case .half: return ScriptedAPI.json("{\"object\":\"page\",\"data\":[{\"object\":\"buc")
      case .empty: return ScriptedAPI.json("")
      }
    }

    /// The exit code where it does not pass.
    var exitCode: Int32 { self == .rateLimit ? 75 : 69 }
  }

  /// Answers with a fault, so many times for each path.
  private final class FaultyClient: HTTPClient {
    private let base: any HTTPClient
    private let fault: Fault
    private let times: Int
    private let seen = Mutex<[String: Int]>([:])

    init(_ base: any HTTPClient, _ fault: Fault, times: Int) {
      (self.base, self.fault, self.times) = (base, fault, times)
    }

    var paths: Set<String> { Set(seen.withLock { $0.keys }) }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
      let path = String(request.url.prefix { $0 != "?" })
      let number = seen.withLock { seen in
        seen[path, default: 0] += 1
        return seen[path, default: 0]
      }
      return number <= times ? try fault.answer() : try await base.send(request)
    }
  }

  private func run(_ transport: any HTTPClient, budget: Int) async throws -> (Harness, RunReport) {
    let harness = try Harness(
      organizations: [("acme", "http://127.0.0.1:1/acme", "sk-admin-acme-secret")], transport: transport,
      today: "2026-11-20",
      settings: "extract: { lookback_days: 3, retry_budget_seconds: \(budget) }\n")
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let diagnostics = DiagnosticsCollector()
    let client = APIClientFactory(
      transport: transport, configuration: harness.configuration, environment: harness.environment,
      logger: logger, diagnostics: diagnostics, policy: RetryPolicy(firstPause: .milliseconds(1)))
    let scope = RunScope(
      window: DayRange(from: try #require(Day("2026-11-02")), to: try #require(Day("2026-11-05"))),
      organizations: harness.configuration.organizations, today: harness.today)
    let report = await PipelineRun(
      configuration: harness.configuration,
      context: StageContext(store: harness.store, diagnostics: diagnostics, logger: logger), client: client,
      clock: UTCClock(fixedAt: harness.today)
    ).run(Stage.allCases, scope, command: "run")
    return (harness, report)
  }

  @Test(arguments: Fault.allCases) func whatPassesLeavesNoTrace(fault: Fault) async throws {
    let (untroubled, _) = try await run(ScriptedAPI.ordinary, budget: 0)
    let faulty = FaultyClient(ScriptedAPI.ordinary, fault, times: 2)
    let (harness, report) = try await run(faulty, budget: 60)
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    #expect(differing(try await untroubled.content(), try await harness.content()) == [])
    // At every endpoint: costs, the usage services, the lists and what hangs on the two projects.
    #expect(faulty.paths.count == EndpointCatalogue.all.count + 3)
  }

  @Test(arguments: Fault.allCases) func whatStaysIsTold(fault: Fault) async throws {
    let (harness, report) = try await run(
      FaultyClient(ScriptedAPI.ordinary, fault, times: .max), budget: 0)
    #expect(report.exitCode == fault.exitCode, "\(report.failures.map(\.message))")
    #expect(report.failures.allSatisfy { $0.organization == "acme" })
    #expect(try await harness.content().keys.allSatisfy { !$0.hasPrefix("focus/data/") })
  }

  /// What is missing for want of an answer is no change: the lists that came are those that are there.
  @Test(arguments: ["/organization/projects", "/organization/users"])
  func aListThatIsDownLaterOnTheDayLeavesNoTrace(path: String) async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    let before = try await harness.content()
    var api = ScriptedAPI.ordinary
    api.answer = { $0.path == path ? ScriptedAPI.refusal(503, "later") : nil }
    let down = try api.harness(["acme"], store: harness.store)
    #expect(try await down.run(from: "2026-11-02", to: "2026-11-05").exitCode == 69)
    #expect(differing(before, try await harness.content()) == [])
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
  }

  /// Never a second time: the key stays wrong. Told are organization, endpoint and scope.
  @Test(arguments: [401, 403]) func aRefusedKeyIsNotAskedForAgain(status: Int) async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { _ in ScriptedAPI.refusal(status, "no: sk-admin-acme-secret") }
    let counter = CountingClient(base: api)
    let (_, report) = try await run(counter, budget: 60)
    #expect(report.exitCode == 77)
    // The grouped costs, and the control if it was under way already: they are asked for side by side.
    #expect((1...2).contains(counter.requests))
    let message = try #require(report.failures.first?.message)
    for words in ["organization acme", "/organization/costs", "\(status)"] {
      #expect(message.contains(words))
    }
    #expect(message.contains("the scope api.usage.read"))
    #expect(message.contains("has not been revoked") == (status == 401))
    #expect(!message.contains("acme-secret"))
  }
}

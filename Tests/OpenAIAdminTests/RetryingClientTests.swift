import Diagnostics
import Testing

@testable import OpenAIAdmin

@Suite struct RetryingClientTests {
  private let clock = ManualClock()
  private let request = HTTPRequest(url: "https://api.example.com/v1/x")

  private func client(
    _ base: ScriptedClient, seconds: Int = 1000, attempts: Int = 12, counter: RequestCounter? = nil,
    jitter: @escaping @Sendable (Int) -> Int = { $0 }
  ) -> RetryingClient {
    RetryingClient(
      base, policy: RetryPolicy(maximumAttempts: attempts, jitter: jitter),
      budget: RetryBudget(seconds: seconds, clock: clock), counter: counter)
  }

  @Test(arguments: [408, 409, 429, 500, 502, 503, 504, 529])
  func passingTroubleIsSentAgain(status: Int) async throws {
    let base = ScriptedClient([.refused(status), .refused(status), .ok("{}")])
    let counter = RequestCounter()
    let response = try await client(base, counter: counter).send(request)
    #expect(response.status == 200)
    #expect(response.attempts == 3)
    #expect(counter.byOutcome == ["\(status)": 2, "200": 1])
    #expect(clock.sleeps == [.seconds(1), .seconds(2)])
  }

  @Test(arguments: [200, 301, 400, 401, 403, 404, 413, 422])
  func everyOtherStatusIsReturnedAtOnce(status: Int) async throws {
    let base = ScriptedClient([.refused(status)])
    #expect(try await client(base).send(request).status == status)
    #expect(base.requests.count == 1)
  }

  @Test func transportFailuresAreSentAgainWhereTheyMayPass() async throws {
    for (kind, isRetryable) in [
      (.unreachable, true), (.timedOut, true), (.interrupted, true), (.certificateRefused, false),
      (.tooLarge(limit: 1), false), (.urlRefused, false), (.clientClosed, false), (.failed, false),
    ] as [(TransportError.Kind, Bool)] {
      let base = ScriptedClient { _, _ in throw TransportError(kind, host: "https://x", reason: "test") }
      let counter = RequestCounter()
      let error = await #expect(throws: TransportError.self) {
        try await client(base, attempts: 4, counter: counter).send(request)
      }
      #expect(base.requests.count == (isRetryable ? 4 : 1), "\(kind)")
      #expect(error?.attempts == base.requests.count)
      #expect(counter.byOutcome == ["failed": base.requests.count])
    }
  }

  @Test func pausesDoubleUpToTheLongest() async throws {
    let base = ScriptedClient([.refused(500)])
    let response = try await client(base, attempts: 9).send(request)
    #expect(response.status == 500)
    #expect(response.attempts == 9)
    #expect(clock.sleeps.map(\.components.seconds) == [1, 2, 4, 8, 16, 32, 60, 60])
  }

  @Test func jitterDrawsFromZeroToTheLimit() async throws {
    let base = ScriptedClient([.refused(500)])
    _ = try await client(base, attempts: 4, jitter: { $0 / 4 }).send(request)
    #expect(clock.sleeps == [.milliseconds(250), .milliseconds(500), .seconds(1)])
    for failures in 1...20 {
      let pause = RetryPolicy().pause(after: failures)
      #expect(pause >= .zero && pause <= .seconds(60))
    }
  }

  @Test(arguments: [
    ("7", 7), ("0", 0), ("Mon, 23 Nov 2026 12:00:30 GMT", 30), ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
  ])
  func retryAfterIsHonoured(header: String, seconds: Int) async throws {
    let base = ScriptedClient([.refused(429, headers: [("retry-after", header)]), .ok("{}")])
    #expect(try await client(base, jitter: { _ in 0 }).send(request).status == 200)
    #expect(clock.sleeps == (seconds == 0 ? [] : [.seconds(seconds)]))
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200),
      ("Thu, 30 Feb 2024 23:59:59 GMT", nil), ("06 Nov 1994 08:49:37 GMT", nil), ("soon", nil), ("-3", nil),
      ("Sun, 06 Nov 1994 8:61:37 GMT", nil), ("", nil),
    ] as [(String, Int?)])
  func datesAreRead(text: String, expected: Int?) {
    #expect(RetryAfter.unixTime(httpDate: text) == expected)
  }

  @Test func aPauseLongerThanTheBudgetIsNotMade() async throws {
    let base = ScriptedClient([.refused(429, headers: [("Retry-After", "301")])])
    #expect(try await client(base, seconds: 300).send(request).status == 429)
    #expect(base.requests.count == 1)
    #expect(clock.sleeps.isEmpty)
  }

  @Test func theBudgetEndsTheAttempts() async throws {
    let base = ScriptedClient([.refused(503)])
    #expect(try await client(base, seconds: 10, attempts: 100).send(request).status == 503)
    // 1 + 2 + 4, and the 3 seconds that were left.
    #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4), .seconds(3)])
    #expect(base.requests.count == 5)
    let none = ScriptedClient([.refused(503)])
    #expect(try await client(none, seconds: 0).send(request).status == 503)
    #expect(none.requests.count == 1)
  }

  @Test func failedAttemptsCostTheirTimeToo() async throws {
    let clock = clock
    let base = ScriptedClient { _, _ in
      clock.advance(by: .seconds(20))
      throw TransportError(.timedOut, host: "https://x", reason: "slow")
    }
    await #expect(throws: TransportError.self) { try await client(base, seconds: 50).send(request) }
    // 20 + 1, 20 + 2, then 7 seconds are left, less than the attempt took.
    #expect(base.requests.count == 3)
  }

  @Test func overlappingPausesArePaidOnce() {
    let budget = RetryBudget(seconds: 100, clock: clock)
    for _ in 0..<12 {
      #expect(budget.pay(from: .zero, pause: .seconds(60), minimum: .seconds(60)) == .seconds(60))
    }
    #expect(budget.left == .seconds(40))
    clock.advance(by: .seconds(30))
    #expect(budget.pay(from: .seconds(30), pause: .seconds(50), minimum: .zero) == .seconds(50))
    #expect(budget.left == .seconds(20))
    clock.advance(by: .seconds(1000))
    #expect(budget.pay(from: .seconds(1025), pause: .seconds(60), minimum: .zero) == .seconds(15))
    #expect(budget.left == .zero)
    #expect(budget.pay(from: .seconds(1030), pause: .zero, minimum: .zero) == nil)
  }

  @Test func unusableBodiesAreSentAgainAndOtherErrorsAreNot() async throws {
    struct Broken: UnusableBody { var isOfTheAPI = true }
    struct Other: Error {}
    let base = ScriptedClient([.ok("cut"), .ok("cut"), .ok("whole")])
    let read = try await client(base).send(request) { response in
      if response.body.count == 3 { throw Broken() }
      return String(decoding: response.body, as: UTF8.self)
    }
    #expect(read == "whole")
    let always = ScriptedClient([.ok("cut")])
    await #expect(throws: Broken.self) {
      try await client(always, attempts: 3).send(request) { _ -> Int in throw Broken() }
    }
    #expect(always.requests.count == 3)
    // What is not the API's own passes like an outage, and is asked for as often.
    let portal = ScriptedClient([.ok("cut")])
    await #expect(throws: Broken.self) {
      try await client(portal, attempts: 9).send(request) { _ -> Int in throw Broken(isOfTheAPI: false) }
    }
    #expect(portal.requests.count == 9)
    let once = ScriptedClient([.ok("cut")])
    await #expect(throws: Other.self) { try await client(once).send(request) { _ -> Int in throw Other() } }
    #expect(once.requests.count == 1)
  }

  @Test func refusalsThatAReaderThrowsAreStillSentAgain() async throws {
    let base = ScriptedClient([.refused(503), .refused(429), .ok(#"{"data":[],"has_more":false}"#)])
    let list = try await api(client(base)).fetchList(of: EndpointCatalogue.users)
    #expect(list.rows.isEmpty)
    #expect(base.requests.count == 3)
  }

  @Test(arguments: [
    (429, Recovery.retryLater), (503, .serviceDown), (408, .serviceDown), (409, .serviceDown),
  ])
  func whatIsLeftAtTheEndSaysWhatToDo(status: Int, recovery: Recovery) async throws {
    let base = ScriptedClient([.refused(status)])
    let error = await #expect(throws: APIError.self) {
      try await api(client(base, attempts: 3)).fetchList(of: EndpointCatalogue.users)
    }
    #expect(error?.recovery == recovery)
    #expect(error?.attempts == 3)
  }

  @Test func cancellationEndsIt() async throws {
    let base = ScriptedClient { _, _ in throw CancellationError() }
    await #expect(throws: CancellationError.self) { try await client(base).send(request) }
    #expect(base.requests.count == 1)
  }
}

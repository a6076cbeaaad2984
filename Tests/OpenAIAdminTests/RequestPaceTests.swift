import Synchronization
import Testing

@testable import OpenAIAdmin

/// How requests of one key slow down together.
@Suite struct RequestPaceTests {
  private let clock = ManualClock()
  private let request = HTTPRequest(url: "https://api.example.com/v1/x")

  private func client(
    _ base: any HTTPClient, seconds: Int = 1000, maxInFlight: Int = 8, budget: RetryBudget? = nil
  ) -> RetryingClient {
    RetryingClient(
      base, policy: RetryPolicy(jitter: { _ in 0 }),
      budget: budget ?? RetryBudget(seconds: seconds, clock: clock),
      maxInFlight: maxInFlight)
  }

  private func sendAll(_ count: Int, _ client: RetryingClient) async throws -> [Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<count { group.addTask { try await client.send(request).status } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// What was in flight together is one reason to halve; ten successes in a row bring one back.
  @Test func theLimitIsHalvedByRefusalsAndGrowsWithSuccess() async throws {
    let pace = RequestPace(maximum: 8, clock: clock)
    func round(_ status: Int) async throws {
      var started: [Duration] = []
      for _ in 0..<pace.limit { started.append(try await pace.enter()) }
      clock.advance(by: .seconds(1))
      for instant in started { pace.leave(since: instant, status: status) }
      if status == 429 { for _ in started { pace.giveBack() } }
    }
    var limits: [Int] = []
    for _ in 0..<5 {
      try await round(429)
      limits.append(pace.limit)
    }
    #expect(limits == [4, 2, 1, 1, 1])
    for _ in 0..<9 { try await round(200) }
    #expect(pace.limit == 1)
    try await round(200)
    #expect(pace.limit == 2)
    // A failure in between is no success and no refusal.
    for _ in 0..<4 { try await round(200) }
    try await round(500)
    for _ in 0..<1 { try await round(200) }
    #expect(pace.limit == 3)
    for _ in 0..<100 { try await round(200) }
    #expect(pace.limit == 8)
  }

  /// Nothing is sent between a refusal and the end of the pause that it asks for, whoever asks.
  @Test func afterARefusalAllRequestsOfTheKeyWait() async throws {
    let clock = clock
    let sent = Mutex<[Duration]>([])
    let base = ScriptedClient { _, number in
      sent.withLock { $0.append(clock.now()) }
      return number == 3 ? .refused(429, headers: [("Retry-After", "30")]) : .ok("{}")
    }
    let client = client(base, maxInFlight: 1)
    #expect(try await sendAll(20, client).allSatisfy { $0 == 200 })
    let times = sent.withLock { $0 }
    #expect(times.count == 21)
    #expect(times.prefix(3).allSatisfy { $0 == .zero })
    #expect(times.dropFirst(3).allSatisfy { $0 >= .seconds(30) })
  }

  @Test func otherKeysDoNotWait() async throws {
    let budget = RetryBudget(seconds: 1000, clock: clock)
    let limited = client(
      ScriptedClient { _, number in
        number == 1 ? .refused(429, headers: [("Retry-After", "30")]) : .ok("{}")
      }, budget: budget)
    let free = ScriptedClient([.ok("{}")])
    let other = client(free, budget: budget)
    let pace = RequestPace(maximum: 8, clock: clock)
    pace.hold(until: .seconds(30))
    _ = try await sendAll(8, other)
    #expect(clock.sleeps.isEmpty && other.inFlightLimit == 8)
    _ = try await limited.send(request)
    #expect(clock.sleeps == [.seconds(30)] && limited.inFlightLimit < 8)
    #expect(other.inFlightLimit == 8)
  }

  /// The last request granted is known before the next is refused.
  @Test(arguments: [("6m0s", 360), ("", 1)])
  func anExhaustedLimitIsWaitedFor(reset: String, seconds: Int) async throws {
    var headers = [(name: "x-ratelimit-remaining-requests", value: "0")]
    if !reset.isEmpty { headers.append(("x-ratelimit-reset-requests", reset)) }
    let last = HTTPResponse(status: 200, headers: headers, body: Array("{}".utf8))
    let base = ScriptedClient([last, .ok("{}")])
    let client = client(base)
    _ = try await client.send(request)
    #expect(clock.sleeps.isEmpty)
    _ = try await client.send(request)
    #expect(clock.sleeps == [.seconds(seconds)])
    // A budget that does not reach so far leaves it to the server to refuse.
    let poor = ScriptedClient([last, .ok("{}")])
    let second = self.client(poor, seconds: 0)
    _ = try await second.send(request)
    _ = try await second.send(request)
    #expect(clock.sleeps.count == 1 && poor.requests.count == 2)
  }

  @Test func theResetOfARefusalIsHonoured() async throws {
    let base = ScriptedClient([
      .refused(
        429, headers: [("X-RateLimit-Remaining-Requests", "0"), ("X-RateLimit-Reset-Requests", "12.5s")]),
      .ok("{}"),
    ])
    #expect(try await client(base).send(request).status == 200)
    #expect(clock.sleeps == [.milliseconds(12_500)])
  }

  @Test(
    arguments: [
      ("1s", 1000), ("6m0s", 360_000), ("120ms", 120), ("1h0m8.64s", 3_608_640), ("2d", 172_800_000),
      ("7", 7000),
      ("0.25", 250), ("1795435260", 60_000), ("0", 0), ("", nil), ("soon", nil), ("1x", nil), ("s", nil),
      ("-3s", nil), ("1s2", nil), ("99999999999999s", nil), ("1.2.3s", nil), ("٣s", nil),
      // What no header says, and what adds up to more than any number holds.
      ("100000d", 8_640_000_000_000), ("999999999d", nil),
      (String(repeating: "1000000000h", count: 3000), nil),
    ] as [(String, Int?)])
  func durationsAreRead(text: String, milliseconds: Int?) {
    #expect(
      RateLimitAdvice.duration(text, now: clock.unixTime()) == milliseconds.map { .milliseconds($0) })
  }

  /// However requests come, fail and are cancelled: never more than the limit, and nobody waits for ever.
  @Test(arguments: 0..<20) func nobodyIsForgotten(seed: UInt64) async throws {
    let random = Mutex(Seeded(state: seed))
    @Sendable func draw(_ range: Range<Int>) -> Int {
      random.withLock { generator in Int.random(in: range, using: &generator) }
    }
    let base = ScriptedClient { _, _ in
      switch draw(0..<6) {
      case 0: .refused(429, headers: [("Retry-After", "1")])
      case 1: .refused(503)
      default: .ok("{}")
      }
    }
    let maximum = draw(1..<6)
    let client = client(base, seconds: 1_000_000, maxInFlight: maximum)
    let tasks = (0..<60).map { _ in Task { try await client.send(request).status } }
    for task in tasks where draw(0..<4) == 0 {
      for _ in 0..<draw(0..<10) { await Task.yield() }
      task.cancel()
    }
    var ends = 0
    for task in tasks {
      _ = await task.result
      ends += 1
    }
    #expect(ends == 60)
    #expect(base.mostActive <= maximum)
    #expect(try await client.send(request).status < 600)
  }
}

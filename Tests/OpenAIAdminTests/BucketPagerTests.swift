import Diagnostics
import Staging
import Synchronization
import Testing

@testable import OpenAIAdmin

@Suite struct BucketPagerTests {
  /// What a fetch handed out, as text.
  struct Fetched {
    var report: BucketFetchReport
    var rows: [String: [String]] = [:]
  }

  private func fetch(
    _ client: any HTTPClient, _ window: DayRange, endpoint: Endpoint = EndpointCatalogue.costs,
    groupBy: [String] = [], limit: Int? = nil, today: String = "2026-11-23",
    diagnostics: DiagnosticsCollector = DiagnosticsCollector()
  ) async throws -> Fetched {
    let seen = Mutex<[String: [String]]>([:])
    let report = try await api(client, diagnostics).fetchDays(
      of: endpoint, in: window, groupBy: groupBy, limit: limit, today: try day(today)
    ) { day in
      let rows = day.rows.map { String(decoding: $0, as: UTF8.self) }
      let isNew = seen.withLock { $0.updateValue(rows, forKey: "\(day.day)") == nil }
      #expect(isNew, "\(day.day) came twice")
      #expect(day.startTime == day.day.startSeconds)
    }
    return Fetched(report: report, rows: seen.withLock { $0 })
  }

  private func window(_ from: String, _ to: String) throws -> DayRange {
    DayRange(from: try day(from), to: try day(to))
  }

  private static func bucket(_ day: String, _ results: String = "", name: String = "results") -> String {
    let start = Day(day)?.startSeconds ?? 0
    return
      #"{"object":"bucket","start_time":\#(start),"end_time":\#(start + 86_400),"\#(name)":[\#(results)]}"#
  }

  private static func page(_ buckets: [String], next: String? = nil, hasMore: Bool? = nil) -> HTTPResponse {
    let cursor = next.map { "\"\($0)\"" } ?? "null"
    return .ok(
      #"{"object":"page","data":[\#(buckets.joined(separator: ","))],"has_more":\#(hasMore ?? (next != nil)),"#
        + #""next_page":\#(cursor)}"#)
  }

  @Test func asksForWholeDaysAndSaysEverything() async throws {
    let client = ScriptedClient([
      Self.page([Self.bucket("2026-11-01")], next: "page_AA+/="), Self.page([Self.bucket("2026-11-02")]),
    ])
    _ = try await fetch(
      client, try window("2026-11-01", "2026-11-03"), groupBy: ["project_id", "line_item"], limit: 1)
    let query = "?start_time=1793491200&end_time=1793664000&bucket_width=1d&limit=1"
    #expect(
      client.targets == [
        "/organization/costs\(query)&group_by=project_id&group_by=line_item",
        "/organization/costs\(query)&group_by=project_id&group_by=line_item&page=page_AA%2B%2F%3D",
      ])
    for request in client.requests {
      #expect(request.headers.map(\.name) == ["Accept"])
      #expect(request.bearer?.withBytes { $0 } == Array("sk-admin-test".utf8))
      #expect(!request.url.contains("sk-"))
    }
  }

  @Test(arguments: [("costs", 180), ("usage_completions", 31), ("usage_vector_stores", 31)])
  func limitIsAlwaysSentAndNeverTooLarge(dataset: String, maximum: Int) async throws {
    let endpoint = try #require(EndpointCatalogue.endpoint(named: dataset))
    for limit in [nil, 500, 2, 0] {
      let client = ScriptedClient([Self.page([Self.bucket("2026-11-01")])])
      _ = try await fetch(client, try window("2026-11-01", "2026-11-02"), endpoint: endpoint, limit: limit)
      let expected = limit.map { max(1, min($0, maximum)) } ?? maximum
      #expect(values("limit", in: try #require(client.targets.first)) == ["\(expected)"])
    }
  }

  @Test func rowsAreVerbatimOnOneLineEach() async throws {
    let first =
      #"{"object":"organization.costs.result","amount":{"value":0E-6176,"currency":"usd"},"new":[1, 2]}"#
    let second =
      "{ \"amount\" :\n  {\"value\":\r\n\"0.1739150000000000000000000000\"}, \"line_item\":\"a\\nb\" }"
    let client = ScriptedClient([
      Self.page([
        Self.bucket("2026-11-01", first + " ,\n" + second), Self.bucket("2026-11-02", "{}", name: "result"),
        Self.bucket("2026-11-03"),
      ])
    ])
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-04"))
    #expect(
      fetched.rows == [
        "2026-11-01": [
          first,
          "{\"amount\":{\"value\":\"0.1739150000000000000000000000\"},\"line_item\":\"a\\nb\"}",
        ], "2026-11-02": ["{}"], "2026-11-03": [],
      ])
    #expect(fetched.report.rows == 3)
    #expect(fetched.report.pages == 1)
    #expect(fetched.report.notYetThere.isEmpty)
  }

  @Test func emptyPagesGoOnAndTheLastCursorIsIgnored() async throws {
    let client = ScriptedClient([
      Self.page([], next: "a"), Self.page([Self.bucket("2026-11-01")], next: "b"), Self.page([], next: "c"),
      Self.page([Self.bucket("2026-11-02")], next: "d", hasMore: false),
    ])
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-03"))
    #expect(fetched.rows.count == 2)
    #expect(client.targets.map { values("page", in: $0) } == [[], ["a"], ["b"], ["c"]])
  }

  @Test func bucketsOutsideTheWindowAreDroppedAndCounted() async throws {
    let diagnostics = DiagnosticsCollector()
    let client = ScriptedClient([
      Self.page(["2026-10-31", "2026-11-01", "2026-11-02"].map { Self.bucket($0, #"{"day":"\#($0)"}"#) })
    ])
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-02"), diagnostics: diagnostics)
    #expect(fetched.rows == ["2026-11-01": [#"{"day":"2026-11-01"}"#]])
    #expect(diagnostics.counts == ["bucket_outside_window": 2])
  }

  @Test func missingDaysAreErrorsBeforeTodayOnly() async throws {
    let client = ScriptedClient([Self.page([Self.bucket("2026-11-21"), Self.bucket("2026-11-22")])])
    let fetched = try await fetch(client, try window("2026-11-21", "2026-11-25"), today: "2026-11-23")
    #expect(fetched.report.notYetThere.map(\.description) == ["2026-11-23", "2026-11-24"])
    #expect(fetched.report.days.map(\.description) == ["2026-11-21", "2026-11-22"])
    let error = await #expect(throws: PageError.self) {
      try await fetch(client, try window("2026-11-20", "2026-11-25"), today: "2026-11-24")
    }
    #expect(error?.problem == .missingDays(["2026-11-20", "2026-11-23"]))
    #expect(error?.recovery == .refuseData)
  }

  @Test func pagesThatDoNotAddUpAreErrors() async throws {
    func problem(_ pages: [HTTPResponse]) async throws -> PageError.Problem? {
      let error = await #expect(throws: PageError.self) {
        try await fetch(ScriptedClient(pages), try window("2026-11-01", "2026-11-03"))
      }
      return error?.problem
    }
    let first = Self.bucket("2026-11-01")
    #expect(try await problem([Self.page([first], hasMore: true)]) == .noCursor)
    #expect(try await problem([Self.page([first], next: "", hasMore: true)]) == .noCursor)
    #expect(try await problem([Self.page([], next: "a"), Self.page([], next: "a")]) == .repeatedCursor)
    #expect(
      try await problem([Self.page([], next: "a"), Self.page([], next: "b"), Self.page([], next: "a")])
        == .repeatedCursor)
    #expect(try await problem([Self.page([first, first])]) == .repeatedDay("2026-11-01"))
    #expect(
      try await problem([Self.page([first], next: "a"), Self.page([first])]) == .repeatedDay("2026-11-01"))
    let start = 1_793_491_200
    for (from, to) in [(start + 3600, start + 86_400), (start, start + 90_000), (start, start)] {
      let odd = #"{"start_time":\#(from),"end_time":\#(to),"results":[]}"#
      #expect(try await problem([Self.page([odd])]) == .bucketNotADay(start: from, end: to))
    }
    let endless = ScriptedClient { _, number in Self.page([], next: "cursor\(number)") }
    let error = await #expect(throws: PageError.self) {
      try await fetch(endless, try window("2026-11-01", "2026-11-03"))
    }
    #expect(error?.problem == .tooManyPages(36))
  }

  @Test func aRefusedCursorRestartsOnceFromTheFirstMissingDay() async throws {
    let refusal = HTTPResponse.refused(400, #"{"error":{"message":"Invalid page cursor","param":"page"}}"#)
    let diagnostics = DiagnosticsCollector()
    let client = ScriptedClient([
      Self.page([Self.bucket("2026-11-01"), Self.bucket("2026-11-03")], next: "a"), refusal,
      Self.page([Self.bucket("2026-11-02"), Self.bucket("2026-11-03"), Self.bucket("2026-11-04")]),
    ])
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-05"), diagnostics: diagnostics)
    #expect(fetched.report.days.count == 4)
    #expect(
      client.targets.map { values("start_time", in: $0) } == [["1793491200"], ["1793491200"], ["1793577600"]])
    #expect(diagnostics.counts == ["cursor_restarted": 1])

    let twice = ScriptedClient([
      Self.page([Self.bucket("2026-11-01")], next: "a"), refusal,
      Self.page([Self.bucket("2026-11-02")], next: "b"),
      refusal,
    ])
    let error = await #expect(throws: APIError.self) {
      try await fetch(twice, try window("2026-11-01", "2026-11-05"))
    }
    #expect(error?.parameter == "page")
    #expect(twice.requests.count == 4)
  }

  private static func cut(_ day: String, seconds: Int = 3600) -> String {
    let start = Day(day)?.startSeconds ?? 0
    return #"{"start_time":\#(start),"end_time":\#(start + seconds),"results":[{"cut":true}]}"#
  }

  /// Part of a day is not the day; it is asked for again, and the others are handed out.
  @Test func aPastDayThatEndsEarlyIsAskedForAgain() async throws {
    let window = try window("2026-11-01", "2026-11-04")
    let whole = ["2026-11-01", "2026-11-03"].map { Self.bucket($0, #"{"day":"\#($0)"}"#) }
    let diagnostics = DiagnosticsCollector()
    let mended = ScriptedClient([
      Self.page([whole[0], Self.cut("2026-11-02"), whole[1]]),
      Self.page([Self.bucket("2026-11-02", #"{"day":"2026-11-02"}"#), whole[1]]),
    ])
    let fetched = try await fetch(mended, window, diagnostics: diagnostics)
    #expect(fetched.rows.count == 3 && fetched.rows["2026-11-02"] == [#"{"day":"2026-11-02"}"#])
    #expect(mended.targets.map { values("start_time", in: $0) } == [["1793491200"], ["1793577600"]])
    #expect(diagnostics.counts == ["bucket_cut": 1])

    let seen = Mutex<[String]>([])
    let always = ScriptedClient([Self.page([whole[0], Self.cut("2026-11-02", seconds: 86_399), whole[1]])])
    let error = await #expect(throws: PageError.self) {
      _ = try await api(always).fetchDays(
        of: EndpointCatalogue.costs, in: window, groupBy: [], today: try day("2026-11-23")
      ) { day in seen.withLock { $0.append("\(day.day)") } }
    }
    #expect(error?.problem == .cutDays(["2026-11-02"]) && error?.recovery == .refuseData)
    #expect(error?.isAboutMissingDays == true)
    #expect(seen.withLock { $0 } == ["2026-11-01", "2026-11-03"])
    #expect(always.requests.count == 2)
  }

  /// The current day is not over; what there is of it is taken.
  @Test func theCurrentDayMayEndEarly() async throws {
    let client = ScriptedClient([Self.page([Self.cut("2026-11-01")])])
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-02"), today: "2026-11-01")
    #expect(fetched.rows == ["2026-11-01": [#"{"cut":true}"#]])
    #expect(client.requests.count == 1)
  }

  @Test func aFirstRequestRefusedIsTheCallersToJudge() async throws {
    let client = ScriptedClient([
      .refused(
        400, #"{"error":{"message":"group_by user_id is not supported","param":"group_by","code":"bad"}}"#)
    ])
    let error = await #expect(throws: APIError.self) {
      try await fetch(client, try window("2026-11-01", "2026-11-02"), groupBy: ["user_id"])
    }
    #expect(error?.status == 400)
    #expect(error?.code == "bad")
    #expect(error?.parameter == "group_by")
    #expect(client.requests.count == 1)
  }

  @Test func theEndOfHistoryIsNoRefusedCursor() async throws {
    let client = ScriptedClient([
      Self.page([Self.bucket("2025-11-20")], next: "a"),
      .refused(400, #"{"error":{"message":"…past year…","code":"reporting_lookback_exceeded"}}"#),
    ])
    let error = await #expect(throws: APIError.self) {
      try await fetch(client, try window("2025-11-20", "2025-11-22"))
    }
    #expect(error?.isBeyondHistory == true)
    #expect(error?.recovery == .refuseData)
    #expect(client.requests.count == 2)
  }

  @Test func aPageTooLargeIsAskedForInHalves() async throws {
    let client = ScriptedClient { request, _ in
      let limit = try #require(values("limit", in: request.url).first.flatMap { Int($0) })
      guard limit <= 2 else { throw TransportError(.tooLarge(limit: 100), host: "https://x", reason: "") }
      return Self.page(["2026-11-01", "2026-11-02"].map { Self.bucket($0) })
    }
    let fetched = try await fetch(client, try window("2026-11-01", "2026-11-03"), limit: 9)
    #expect(fetched.report.days.count == 2)
    #expect(client.targets.flatMap { values("limit", in: $0) } == ["9", "4", "2"])
  }

  @Test(arguments: [
    (404, "{}", false), (400, #"{"error":"unknown path"}"#, false),
    (400, #"{"error":{"message":"no such dimension","param":"group_by"}}"#, true),
    (403, "{}", true),
  ])
  func optionalEndpointsMayBeAbsent(status: Int, body: String, isError: Bool) async throws {
    let decisions = try #require(EndpointCatalogue.endpoint(named: "usage_decisions"))
    let diagnostics = DiagnosticsCollector()
    let client = ScriptedClient([.refused(status, body)])
    let window = try window("2026-11-01", "2026-11-03")
    if isError {
      await #expect(throws: APIError.self) { try await fetch(client, window, endpoint: decisions) }
    } else {
      let fetched = try await fetch(client, window, endpoint: decisions, diagnostics: diagnostics)
      #expect(!fetched.report.isOffered)
      #expect(fetched.rows.isEmpty)
      #expect(diagnostics.counts == ["endpoint_not_offered": 1])
    }
    await #expect(throws: APIError.self) { try await fetch(client, window) }
  }

  static let unusable = [
    "", "<html>Sign in to the hotel's network</html>", "[]", "{}", #"{"data":[]}"#,
    #"{"data":{},"has_more":false}"#,
    #"{"data":[],"has_more":"no"}"#, #"{"data":[{}],"has_more":false}"#,
    #"{"data":[{"start_time":1793491200,"end_time":1793577600}],"has_more":false}"#,
    #"{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[1]}],"has_more":false}"#,
    #"{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"amount":{"value":12abc}}]}],"has_more":false}"#,
    #"{"data":[{"start_time":1793491200,"end_time":17935"#,
    #"{"data":"# + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}",
    #"{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"x":""#
      + String(repeating: "x", count: Rows.longestRow) + #""}]}],"has_more":false}"#,
  ]

  @Test(arguments: unusable) func unusablePagesAreRetriedThenRefused(body: String) async throws {
    let clock = ManualClock()
    func retrying(_ client: ScriptedClient) -> RetryingClient {
      RetryingClient(
        client, policy: RetryPolicy(maximumAttempts: 3), budget: RetryBudget(seconds: 100, clock: clock))
    }
    let once = ScriptedClient([.ok(body), Self.page([Self.bucket("2026-11-01")])])
    let fetched = try await fetch(retrying(once), try window("2026-11-01", "2026-11-02"))
    #expect(fetched.report.days.count == 1)

    let always = ScriptedClient([.ok(body)])
    let error = await #expect(throws: UnusablePage.self) {
      try await fetch(retrying(always), try window("2026-11-01", "2026-11-02"))
    }
    #expect(always.requests.count == 3)
    // What the API cannot have written is an outage: somebody else answers, or cuts off.
    let isObject = body == "[]" || body.hasPrefix("{") && body.hasSuffix("}")
    #expect(error?.recovery == (isObject ? .refuseData : .serviceDown))
    #expect(error?.description.contains("acme") == true)
    #expect((error?.description.utf8.count ?? 0) < 400)
  }

  /// However the API cuts its answer into pages, every row arrives once, on its day.
  @Test(arguments: 0..<40) func anyPagingGivesTheSameRows(seed: UInt64) async throws {
    var random = Seeded(state: seed)
    let window = try window("2026-10-20", "2026-11-20")
    var expected: [String: [String]] = [:]
    for day in window {
      let rows = (0..<Int.random(in: 0...4, using: &random)).map { #"{"n":\#($0),"day":"\#(day)"}"# }
      expected["\(day)"] = rows
    }
    let content = expected
    let sizes = (0..<200).map { _ in Int.random(in: 0...5, using: &random) }
    let failing = Int.random(in: 0...12, using: &random)
    let client = ScriptedClient { request, number in
      if number == failing, number > 1 { return .refused(400, #"{"error":{"message":"expired cursor"}}"#) }
      let from = try #require(values("start_time", in: request.url).first.flatMap { Int($0) })
      let end = try #require(values("end_time", in: request.url).first.flatMap { Int($0) })
      let cursor = values("page", in: request.url).first.flatMap { $0.split(separator: "_").first }.flatMap {
        Int($0)
      }
      let start = Day(containing: cursor ?? from)
      let stop = min(Day(containing: end), start.advanced(by: sizes[number % sizes.count]))
      let buckets = DayRange(from: start, to: stop)
        .map { Self.bucket("\($0)", content["\($0)"]?.joined(separator: ",") ?? "") }
      let hasMore = stop.startSeconds < end
      return Self.page(buckets, next: hasMore ? "\(stop.startSeconds)_\(number)" : nil)
    }
    let fetched = try await fetch(client, window)
    #expect(fetched.rows == expected)
    #expect(fetched.report.rows == expected.values.map(\.count).reduce(0, +))
  }
}

/// A seeded generator, so that a failing case can be made again.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

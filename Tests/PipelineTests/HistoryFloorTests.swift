import OpenAIAdmin
import Pipeline
import Spend
import Staging
import TestSupport
import Testing

/// Days and dimensions that the API does not give: what is told of them, and what is fetched all the same.
@Suite struct HistoryFloorTests {
  private static let sentence = "Usage and cost data are available for the past year."

  /// Refuses windows that begin before a day.
  private func api(floor: Day, days: DayRange) -> ScriptedAPI {
    var api = ScriptedAPI()
    for day in days {
      api.costs["\(day)"] = [
        ScriptedAPI.cost("1.25", lineItem: "gpt-5, input", project: "proj_1", quantity: "7", unit: "tokens")
      ]
    }
    api.answer = { call in
      guard call.query.contains(where: { $0.name == "start_time" }), call.days.from < floor else {
        return nil
      }
      return ScriptedAPI.refusal(
        400, Self.sentence + " Earliest supported start date: \(floor) (UTC).",
        code: "reporting_lookback_exceeded")
    }
    return api
  }

  /// Whatever the floor and the window: what is within reach is delivered, and each day out of reach is a failure
  /// of its own, without a partition.
  @Test(arguments: 0..<12) func daysWithinReachAreFetchedAndTheOthersTold(seed: UInt64) async throws {
    var random = RepeatableGenerator(seed: seed)
    let today = try #require(Day("2026-11-20"))
    let from = today.advanced(by: -Int.random(in: 5...80, using: &random))
    let to = today.advanced(by: -Int.random(in: 0...3, using: &random))
    let floor = from.advanced(by: Int.random(in: 1...(to.number - from.number), using: &random))
    let window = DayRange(from: from, to: to)
    let counter = CountingClient(base: api(floor: floor, days: window))
    let harness = try Harness(
      organizations: [("acme", "http://127.0.0.1:1/acme", "sk-admin-acme-secret")], transport: counter,
      today: "\(today)")
    let report = try await harness.run(from: "\(from)", to: "\(to)")
    #expect(report.exitCode == 65)
    let missing = DayRange(from: from, to: floor).map(\.description)
    #expect(report.failures.map(\.date) == missing)
    for failure in report.failures {
      #expect(failure.exitCode == 65 && failure.stage == "extract" && failure.dataset == "costs")
      let words = [
        "organization acme", failure.date ?? "?", "usage_completions", "costs", Self.sentence,
        "not a day without cost",
      ]
      for word in words { #expect(failure.message.contains(word), "\(failure.message)") }
    }
    var delivered: Set<String> = []
    for month in Set(window.map(\.month)) {
      let days = try await harness.manifest("\(month)")?.organizations["acme"]?.days ?? [:]
      delivered.formUnion(days.keys)
    }
    #expect(delivered == Set(DayRange(from: floor, to: to).map(\.description)))
    let stored = try await harness.content().keys
    for day in missing { #expect(!stored.contains { $0.contains("date=\(day)") }, "\(day)") }
    // Found by halving and remembered: a few refused requests, not one a day.
    #expect(counter.refused <= 2 * 7 + 11, "\(counter.refused)")
  }

  /// A 400 that is about something else is not answered by asking for less.
  @Test(
    arguments: [
      (nil, "start_time", "Invalid 'start_time'."), ("invalid_value", "limit", "grouping has a limit"),
      ("bad", nil, "The request was malformed."),
    ] as [(String?, String?, String)])
  func anUnknownRefusalNamesItself(code: String?, parameter: String?, words: String) async throws {
    func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
    let body =
      "{\"error\":{\"message\":\"\(words)\",\"param\":\(quoted(parameter)),\"code\":\(quoted(code))}}"
    var api = ScriptedAPI.ordinary
    api.answer = { $0.isCosts && $0.isGrouped ? ScriptedAPI.json(body, status: 400) : nil }
    let counter = CountingClient(base: api)
    let harness = try Harness(
      organizations: [("acme", "http://127.0.0.1:1/acme", "sk-admin-acme-secret")], transport: counter,
      today: "2026-11-20")
    let report = try await harness.run([.extract], from: "2026-11-02", to: "2026-11-05")
    #expect(report.exitCode == 70)
    let failure = try #require(report.failures.first)
    for word in ["acme", "/organization/costs", "400", words, code, parameter].compactMap(\.self) {
      #expect(failure.message.contains(word), "\(failure.message)")
    }
    #expect(counter.refused == 1)
    #expect(try await harness.content().keys.allSatisfy { !$0.contains("dataset=costs") })
  }

  /// By the parameter, whatever the words, and by the words, where no parameter is named.
  @Test(
    arguments: [
      (nil, "group_by", "No."), ("unsupported", "group_by[3]", "No."), (nil, "user_id", "No."),
      ("unsupported_group_by", nil, "No."), (nil, nil, "Costs cannot be grouped by user here."),
    ] as [(String?, String?, String)])
  func aRefusedDimensionIsRecordedWithItsCode(code: String?, parameter: String?, words: String) async throws {
    func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
    let body =
      "{\"error\":{\"message\":\"\(words)\",\"param\":\(quoted(parameter)),\"code\":\(quoted(code))}}"
    var api = ScriptedAPI.ordinary
    api.answer = { call in
      call.isCosts && call.values("group_by").contains("user_id") ? ScriptedAPI.json(body, status: 400) : nil
    }
    let harness = try api.harness(["acme"])
    #expect(try await harness.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
    let folder = "raw/org=acme/dataset=costs/date=2026-11-03"
    let record = try #require(try await PartitionStore(harness.store).record(folder))
    #expect(record.dimensions == ["project_id", "line_item", "api_key_id"])
    #expect(record.refused == ["user_id": code ?? "400"])
    let control = "raw/org=acme/dataset=costs_ungrouped/date=2026-11-03"
    #expect(try await PartitionStore(harness.store).record(control)?.refused == nil)
  }

  /// Remembered or asked for anew, the record is the same to the byte.
  @Test func aRefusalThatIsRememberedIsRecordedAlike() async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { call in
      call.isCosts && call.values("group_by").contains("api_key_id")
        ? ScriptedAPI.refusal(400, "api_key_id is not supported", code: "unsupported") : nil
    }
    var harness = try api.harness(["acme"])
    // Close to today: the days are open and fetched again.
    harness.today = try #require(Day("2026-11-05"))
    _ = try await harness.run([.extract], from: "2026-11-02", to: "2026-11-05")
    let before = try await harness.content()
    let counter = CountingClient(base: api)
    var again = try Harness(
      organizations: [("acme", "http://127.0.0.1:1/acme", "sk-admin-acme-secret")], transport: counter,
      store: harness.store, today: "2026-11-05")
    again.configuration = harness.configuration
    _ = try await again.run([.extract], from: "2026-11-02", to: "2026-11-05")
    #expect(counter.refused == 0 && counter.requests > 0)
    #expect(differing(before, try await again.content()) == [])
    let record = try await PartitionStore(again.store).record("raw/org=acme/dataset=costs/date=2026-11-04")
    #expect(record?.refused == ["user_id": "unsupported", "api_key_id": "unsupported"])
  }
}

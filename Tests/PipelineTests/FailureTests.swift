import OpenAIAdmin
import Pipeline
import Spend
import Staging
import TestSupport
import Testing

/// What fails stays where it is: the day, the organization, the list.
@Suite struct FailureTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"

  /// Days delivered, by organization.
  private func days(_ harness: Harness) async throws -> [String: [String]] {
    let manifest = try await harness.manifest("2026-11")
    return (manifest?.organizations ?? [:]).mapValues { $0.days.keys.sorted() }
  }

  private let all = ["2026-11-02", "2026-11-03", "2026-11-04"]

  @Test func withoutTroubleEverythingIsDelivered() async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0 && report.failures.isEmpty)
    #expect(try await days(harness) == ["acme": all, "globex": all])
    #expect(report.totals["acme"]?["USD"] == "1.9500000000000000000000000006")
    #expect(try await harness.delivered("2026-11").count == 18)
  }

  /// Promise 1: the day whose totals differ is not published; the exit code and the message say so.
  @Test func aDayWhoseTotalsDifferIsNotPublished() async throws {
    var api = ScriptedAPI.ordinary
    api.ungrouped["2026-11-03"] = [ScriptedAPI.cost("0.6600000000000000000000000001")]
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(report.failures.count == 1)
    let message = try #require(report.failures.first?.message)
    for words in [
      "organization acme", "2026-11-03", "0.6600000000000000000000000001", "0.6500000000000000000000000002",
    ] {
      #expect(message.contains(words), "\(message)")
    }
    #expect(try await days(harness) == ["acme": ["2026-11-02", "2026-11-04"]])
    #expect(try await harness.delivered("2026-11", date: "2026-11-03").isEmpty)
    let entry = try #require(report.controlTotals.first { $0.date == "2026-11-03" })
    #expect(!entry.equal && entry.delivered == nil)
    #expect(
      try await harness.content().keys.filter { $0.hasPrefix("normalized/") && $0.contains("11-03") } == [])
  }

  /// Found later, the same day is fetched again although it would be settled, and published.
  @Test func aDayWhoseTotalsDifferedIsFetchedAgain() async throws {
    let store = MemoryStore()
    var api = ScriptedAPI.ordinary
    api.ungrouped["2026-11-03"] = [ScriptedAPI.cost("7")]
    _ = try await api.harness(["acme"], store: store).run(from: from, to: to)
    let mended = try ScriptedAPI.ordinary.harness(["acme"], store: store)
    let report = try await mended.run(from: from, to: to)
    #expect(report.exitCode == 0)
    #expect(try await days(mended) == ["acme": all])
    let untroubled = try ScriptedAPI.ordinary.harness(["acme"])
    _ = try await untroubled.run(from: from, to: to)
    let ignoring = { (content: [String: [UInt8]]) in content.filter { !$0.key.hasPrefix("focus/superseded/") }
    }
    #expect(differing(ignoring(try await mended.content()), ignoring(try await untroubled.content())) == [])
  }

  /// A delivered day that cannot be vouched for any more stays as it was delivered.
  @Test func aDeliveredDayStaysWhereItsRestatementIsRefused() async throws {
    let store = MemoryStore()
    // Today is close: the days are open and fetched again.
    func harness(_ api: ScriptedAPI) throws -> Harness {
      var harness = try api.harness(["acme"], store: store)
      harness.today = Day(number: 20_762)
      return harness
    }
    _ = try await harness(.ordinary).run(from: from, to: to)
    let before = try await harness(.ordinary).delivered("2026-11", date: "2026-11-03")
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-03"]?.append(ScriptedAPI.cost("\"12abc\""))
    api.ungrouped["2026-11-03"] = [ScriptedAPI.cost("0.65")]
    api.costs["2026-11-04"]?.append(ScriptedAPI.cost("100"))
    let troubled = try harness(api)
    let report = try await troubled.run(from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(try await troubled.delivered("2026-11", date: "2026-11-03") == before && before.count == 3)
    #expect(try await troubled.delivered("2026-11", date: "2026-11-04").count == 4)
  }

  /// DESIGN C2 and C3: the partition is refused, naming organization, day and line.
  @Test(arguments: [
    (ScriptedAPI.cost("\"12abc\""), "12abc"), (ScriptedAPI.cost("\"1,5\""), "1,5"),
    (ScriptedAPI.cost("\"0x10\""), "0x10"), (ScriptedAPI.cost("\"NaN\""), "NaN"),
    (ScriptedAPI.cost("1", currency: "xxx"), "currency"), (ScriptedAPI.cost("1", currency: ""), "currency"),
    (#"{"amount":{"value":1},"line_item":"gpt-5, input"}"#, "currency"), (#"{"amount":null}"#, "amount"),
    (ScriptedAPI.cost("1", quantity: "\"many\""), "quantity"),
  ])
  func aLineThatCannotBeReadExactlyRefusesItsDay(row: String, words: String) async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-03"]?.append(row)
    api.ungrouped["2026-11-03"] = [ScriptedAPI.cost("0.65")]
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 65)
    let message = try #require(report.failures.first?.message)
    for words in ["organization acme", "2026-11-03", "line ", words] {
      #expect(message.contains(words), "\(message)")
    }
    #expect(try await days(harness) == ["acme": ["2026-11-02", "2026-11-04"]])
  }

  /// Each currency has its own totals (DESIGN C3).
  @Test func currenciesAreNeverAddedTogether() async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-03"]?.append(ScriptedAPI.cost("0.35", currency: "eur"))
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0)
    #expect(report.totals["acme"] == ["USD": "1.9500000000000000000000000006", "EUR": "0.35"])
    api.ungrouped["2026-11-03"] = [ScriptedAPI.cost("1.0000000000000000000000000002")]
    #expect(try await api.harness(["acme"]).run(from: from, to: to).exitCode == 65)
  }

  @Test(arguments: [(401, 77), (403, 77), (429, 75), (500, 69), (503, 69), (404, 78)])
  func oneOrganizationFailingLeavesTheOthers(status: Int, exitCode: Int32) async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { $0.organization == "acme" ? ScriptedAPI.refusal(status, "no") : nil }
    let harness = try api.harness()
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == exitCode, "\(report.failures.map(\.message))")
    #expect(try await days(harness) == ["globex": all])
    #expect(report.failures.allSatisfy { $0.organization == "acme" })
    #expect(report.failures.contains { $0.message.contains("\(status)") })
  }

  @Test func aMissingKeyConcernsItsOrganizationOnly() async throws {
    let api = ScriptedAPI.ordinary
    var harness = try api.harness()
    harness.configuration.organizations[0].adminKey = .environment("NOT_SET")
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 78)
    #expect(report.failures.first?.message.contains("NOT_SET") == true)
    #expect(try await days(harness) == ["globex": all])
  }

  /// Names are told to be missing; the money is delivered under its ids.
  @Test(arguments: [(403, 77), (500, 69)])
  func withoutNamesTheMoneyIsDelivered(status: Int, exitCode: Int32) async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { call in
      call.path.hasPrefix("/organization/projects") || call.path.hasPrefix("/organization/users")
        ? ScriptedAPI.refusal(status, "no") : nil
    }
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == exitCode)
    #expect(Set(report.failures.compactMap(\.dataset)).isSuperset(of: ["projects", "users"]))
    #expect(try await days(harness) == ["acme": all])
    let names = try await harness.delivered("2026-11").compactMap { $0["SubAccountName"] }
    #expect(Set(names) == ["proj_1", "proj_2"])
    #expect(report.controlTotals.allSatisfy { $0.equal })
  }

  /// Names that come later make the days anew, with the same money.
  @Test func namesThatComeLaterAreTakenUp() async throws {
    let store = MemoryStore()
    var api = ScriptedAPI.ordinary
    api.answer = { $0.path.hasPrefix("/organization/projects") ? ScriptedAPI.refusal(500, "no") : nil }
    _ = try await api.harness(["acme"], store: store).run(from: from, to: to)
    let harness = try ScriptedAPI.ordinary.harness(["acme"], store: store)
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0)
    let names = try await harness.delivered("2026-11").compactMap { $0["SubAccountName"] }
    #expect(Set(names) == ["Search", "Chat"])
  }

  @Test func usageThatFailsDoesNotStopTheMoney() async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { $0.path.hasPrefix("/organization/usage/images") ? ScriptedAPI.refusal(500, "no") : nil }
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 69)
    #expect(report.failures.map(\.dataset) == ["usage_images"])
    #expect(try await days(harness) == ["acme": all])
  }

  /// DESIGN C7: where a dimension is refused, costs are asked for with fewer.
  @Test(arguments: [
    (["user_id"], ["project_id", "line_item", "api_key_id"]),
    (["user_id", "api_key_id"], ["project_id", "line_item"]),
  ])
  func refusedDimensionsAreLeftOut(refused: [String], left: [String]) async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { call in
      call.isCosts && call.values("group_by").contains { refused.contains($0) }
        ? ScriptedAPI.refusal(400, "group_by is not supported") : nil
    }
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    let manifest = try #require(try await harness.manifest("2026-11"))
    for day in manifest.organizations["acme"]?.days.values.map(\.dimensions) ?? [] { #expect(day == left) }
    #expect(report.controlTotals.count == 3 && report.controlTotals.allSatisfy { $0.equal })
  }

  /// Days on either side of a floor in time have different dimensions; no day has two sets.
  @Test func daysBehindAFloorHaveFewerDimensions() async throws {
    var api = ScriptedAPI.ordinary
    let floor = try #require(Day("2026-11-03"))
    api.answer = { call in
      call.isCosts && call.values("group_by").contains("api_key_id") && call.days.from < floor
        ? ScriptedAPI.refusal(400, "api_key_id is not supported before 2026-11-03") : nil
    }
    let harness = try api.harness(["acme"])
    #expect(try await harness.run(from: from, to: to).exitCode == 0)
    let days = try #require(try await harness.manifest("2026-11")?.organizations["acme"]?.days)
    #expect(
      days.mapValues(\.dimensions.count) == ["2026-11-02": 2, "2026-11-03": 4, "2026-11-04": 4])
  }

  /// A past day that was never fetched is no day without cost.
  @Test func aPastDayThatWasNeverFetchedIsRefused() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    _ = try await harness.run([.extract], from: from, to: "2026-11-04")
    let report = try await harness.run([.normalize, .load], from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(report.failures.map(\.date) == ["2026-11-04"])
    #expect(try await days(harness) == ["acme": ["2026-11-02", "2026-11-03"]])
  }

  @Test func aDayWithoutCostIsADelivery() async throws {
    var api = ScriptedAPI.ordinary
    api.costs = [:]
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0)
    let manifest = try #require(try await harness.manifest("2026-11"))
    #expect(manifest.rows == 0 && manifest.files.isEmpty)
    #expect(try await days(harness) == ["acme": all])
  }

  @Test func aDamagedRawFileIsRefusedByItsName() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    _ = try await harness.run([.extract], from: from, to: to)
    let key = "raw/org=acme/dataset=costs/date=2026-11-03/part-00001.ndjson.gz"
    let whole = try await harness.store.readExisting(key)
    try await harness.store.write(key, Array(whole.dropLast(9)))
    let report = try await harness.run([.normalize, .load], from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(report.failures.count == 1 && report.failures[0].message.contains(key))
    #expect(try await days(harness) == ["acme": ["2026-11-02", "2026-11-04"]])
  }

  @Test func aStoreThatRefusesEndsTheRun() async throws {
    let folder = try TemporaryFolder()
    try folder.write("file", "not a folder")
    let harness = try ScriptedAPI.ordinary.harness(store: DirectoryStore(root: folder.path + "/file"))
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 73)
  }

  /// A key is nowhere: not in the messages, not in the report, not in the files.
  @Test(arguments: [200, 401, 403, 500])
  func aKeyIsNeverTold(status: Int) async throws {
    var api = ScriptedAPI.ordinary
    api.answer = { call in
      status == 200 || !call.isCosts
        ? nil
        : ScriptedAPI.refusal(status, "Incorrect API key provided: sk-admin-\(call.organization)-secret.")
    }
    let harness = try api.harness()
    let report = try await harness.run(from: from, to: to)
    let told = try DeterministicJSON.encode(report)
    var objects = try await harness.content().filter { $0.key.hasSuffix("json") }
    for object in try await harness.store.list("runs") {
      objects[object.key] = try await harness.store.read(object.key)
    }
    objects["report"] = told
    for (key, bytes) in objects {
      #expect(!String(decoding: bytes, as: UTF8.self).contains("-secret"), "\(key)")
    }
  }
}

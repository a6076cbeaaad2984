import Diagnostics
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// A day whose money becomes another one: recorded with what it was and what it is, and kept back where it loses
/// most of its cost.
@Suite struct RestatementTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"

  /// Days of one cost line each, without much else.
  private static func api(_ amounts: [String: String]) -> ScriptedAPI {
    var api = ScriptedAPI()
    api.costs = amounts.mapValues {
      [ScriptedAPI.cost($0, lineItem: "gpt-5, input", project: "proj_1", quantity: "1", unit: "tokens")]
    }
    return api
  }
  private static let before = ["2026-11-02": "10", "2026-11-03": "20.5", "2026-11-04": "30"]

  /// - Parameter today: the day of the run; by default close enough for all days to be fetched again.
  private func harness(
    _ amounts: [String: String], _ store: any Store, today: String = "2026-11-05",
    settings: String = "", organizations: [String] = ["acme"]
  ) throws -> Harness {
    var harness = try Self.api(amounts).harness(organizations, store: store, settings: settings)
    harness.today = try #require(Day(today))
    return harness
  }

  private static func days(_ harness: Harness) async throws -> [String: DeliveredDay] {
    try #require(try await harness.manifest("2026-11")?.organizations["acme"]?.days)
  }

  private static func data(_ harness: Harness) async throws -> [String: [UInt8]] {
    try await harness.content().filter { $0.key.hasPrefix("focus/data/") }
  }

  @Test func aRestatedDayIsRecordedWithWhatItWasAndIs() async throws {
    let store = MemoryStore()
    #expect(try await harness(Self.before, store).run(from: from, to: to).restatements.isEmpty)
    let untouched = try await Self.days(harness(Self.before, store))
    let files = try await Self.data(harness(Self.before, store))
    var after = Self.before
    after["2026-11-03"] = "21.75"
    let second = try harness(after, store)
    let report = try await second.run(from: from, to: to)
    #expect(report.exitCode == 0 && report.restatements.count == 1)
    let entry = try #require(report.restatements.first)
    #expect(entry.organization == "acme" && entry.date == "2026-11-03" && entry.currency == "USD")
    #expect(entry.was == "20.5" && entry.now == "21.75" && entry.rowsWas == 1 && entry.rowsNow == 1)
    #expect(entry.wasOpen && !entry.acceptedShrink)
    let days = try await Self.days(second)
    let restated = try #require(days["2026-11-03"]?.restated)
    #expect(restated.was == ["USD": "20.5"] && restated.now == ["USD": "21.75"] && restated.wasOpen)
    for date in ["2026-11-02", "2026-11-04"] { #expect(days[date] == untouched[date]) }
    let kept = try await Self.data(second).filter { files[$0.key] == $0.value }
    #expect(kept.count == 2, "unchanged days keep their bytes")
    // It stays in the manifest and is told once.
    let third = try await second.run(from: from, to: to)
    #expect(third.restatements.isEmpty)
    #expect(try await Self.days(second)["2026-11-03"]?.restated == restated)
    let record = try await store.readExisting(Layout.run(report.runID))
    #expect(String(decoding: record, as: UTF8.self).contains("\"restatements\""))
  }

  /// Another currency, another number of rows; a settled day.
  @Test func eachCurrencyIsToldForItself() async throws {
    let store = MemoryStore()
    let settings = "extract: { lookback_days: 30, retry_budget_seconds: 0 }\n"
    _ = try await harness(Self.before, store, today: "2026-11-30").run(from: from, to: to)
    var api = Self.api(Self.before)
    api.costs["2026-11-04"]?.append(ScriptedAPI.cost("7", currency: "eur"))
    var second = try api.harness(["acme"], store: store, settings: settings)
    second.today = try #require(Day("2026-11-30"))
    let report = try await second.run(from: from, to: to)
    #expect(report.restatements.map(\.currency) == ["EUR"])
    let entry = try #require(report.restatements.first)
    #expect(entry.was == "0" && entry.now == "7" && entry.rowsWas == 1 && entry.rowsNow == 2)
    #expect(!entry.wasOpen)
  }

  /// Killed between the data and its manifest, the next run still knows what the day was.
  @Test func aKillBetweenDataAndManifestLosesNothing() async throws {
    var after = Self.before
    after["2026-11-03"] = "21.75"
    func restated(killedBefore change: (String) -> Bool) async throws -> (Harness, [String]) {
      let store = MemoryStore()
      _ = try await harness(Self.before, store).run(from: from, to: to)
      let recorded = WatchedStore(store)
      let copy = MemoryStore()
      for folder in ["raw", "normalized", "names", "focus", "spreadsheet"] {
        for object in try await store.list(folder) {
          try await copy.write(object.key, try await store.readExisting(object.key))
        }
      }
      _ = try await harness(after, recorded).run(from: from, to: to)
      let index = recorded.changes.firstIndex(where: change)
      let report = try await harness(after, WatchedStore(copy, failingAt: index)).run(from: from, to: to)
      if index == nil { return (try harness(after, copy), report.restatements.map(\.date)) }
      #expect(report.exitCode != 0)
      let again = try harness(after, copy)
      return (again, try await again.run(from: from, to: to).restatements.map(\.date))
    }
    let (untroubled, told) = try await restated { _ in false }
    let (killed, toldAgain) = try await restated { $0.hasSuffix("BILLING_PERIOD=2026-11/manifest.json") }
    #expect(told == ["2026-11-03"] && toldAgain == told)
    #expect(differing(try await untroubled.content(), try await killed.content()) == [])
  }

  @Test(arguments: [nil, "10", "10.24"])
  func aDayThatLosesMostOfItsCostStaysAsItWas(amount: String?) async throws {
    let store = MemoryStore()
    _ = try await harness(Self.before, store).run(from: from, to: to)
    let earlier = try await Self.data(harness(Self.before, store))
    var after = Self.before
    after["2026-11-03"] = amount
    after["2026-11-04"] = "31"
    let second = try harness(after, store)
    let report = try await second.run(from: from, to: to)
    #expect(report.exitCode == 65 && report.failures.count == 1)
    let message = try #require(report.failures.first?.message)
    for words in ["acme", "2026-11-03", "20.5", "to \(amount ?? "0")", "--accept-shrink"] {
      #expect(message.contains(words), "\(message)")
    }
    let days = try await Self.days(second)
    #expect(days["2026-11-03"]?.controlTotals == ["USD": "20.5"], "the earlier delivery stays")
    #expect(days["2026-11-04"]?.controlTotals == ["USD": "31"], "the other days are delivered")
    #expect(report.restatements.map(\.date) == ["2026-11-04"])
    let files = try await Self.data(second)
    #expect(
      files.filter { $0.key.contains("part-00003") } == earlier.filter { $0.key.contains("part-00003") })
    #expect(days["2026-11-03"]?.refused?.now["USD"] ?? "0" == amount ?? "0")

    // It is told until somebody decides, also when its look-back is over.
    #expect(try await second.run(from: from, to: to).exitCode == 65)
    let diagnostics = DiagnosticsCollector()
    let today = try #require(Day("2026-11-20"))
    let scope = try await CatchUp(store: store, diagnostics: diagnostics).extended(
      RunScope(
        window: DayRange(from: today.advanced(by: -3), to: today),
        organizations: second.configuration.organizations, today: today))
    #expect(scope.window.from.description <= "2026-11-03")

    let accepted = try await second.run(from: "2026-11-03", to: "2026-11-04", acceptsShrink: true)
    #expect(accepted.exitCode == 0, "\(accepted.failures.map(\.message))")
    #expect(accepted.restatements.map(\.date) == ["2026-11-03"])
    #expect(accepted.restatements.first?.acceptedShrink == true)
    let day = try #require(try await Self.days(second)["2026-11-03"])
    #expect(day.refused == nil && day.restated?.acceptedShrink == true)
    #expect(day.controlTotals["USD"] ?? "0" == amount ?? "0")
    #expect(try await second.run(from: from, to: to).exitCode == 0)
  }

  /// `--accept-shrink` is for the days of the call.
  @Test func acceptingOneDayAcceptsNoOther() async throws {
    let store = MemoryStore()
    _ = try await harness(Self.before, store).run(from: from, to: to)
    let second = try harness(["2026-11-04": "30"], store)
    _ = try await second.run([.extract, .normalize], from: from, to: to)
    let report = try await second.run(from: "2026-11-02", to: "2026-11-03", acceptsShrink: true)
    #expect(report.exitCode == 65)
    let days = try await Self.days(second)
    #expect(days["2026-11-02"]?.controlTotals["USD"] ?? "0" == "0")
    #expect(days["2026-11-03"]?.controlTotals == ["USD": "20.5"])
  }

  /// Half and more is a restatement; the share is configured, 0 is no guard.
  @Test(arguments: [
    ("10.25", "", Int32(0)), ("10", "load: { shrink_guard_percent: 40 }\n", 0),
    ("20", "load: { shrink_guard_percent: 100 }\n", 65), ("0", "load: { shrink_guard_percent: 0 }\n", 0),
    ("-1", "load: { shrink_guard_percent: 1 }\n", 65), ("25", "load: { shrink_guard_percent: 100 }\n", 0),
  ])
  func theShareIsConfigured(amount: String, settings: String, exitCode: Int32) async throws {
    let store = MemoryStore()
    _ = try await harness(Self.before, store).run(from: from, to: to)
    var after = Self.before
    after["2026-11-03"] = amount
    let report = try await harness(after, store, settings: settings).run(from: from, to: to)
    #expect(report.exitCode == exitCode, "\(report.failures.map(\.message))")
    #expect(report.restatements.count == (exitCode == 0 ? 1 : 0))
  }

  /// An API that forgot and remembers again leaves no trace.
  @Test func aDayThatComesBackIsAsIfItHadNeverBeenGone() async throws {
    let store = MemoryStore()
    _ = try await harness(Self.before, store).run(from: from, to: to)
    let before = try await harness(Self.before, store).content()
    #expect(try await harness([:], store).run(from: from, to: to).exitCode == 65)
    #expect(try await harness(Self.before, store).run(from: from, to: to).exitCode == 0)
    #expect(differing(before, try await harness(Self.before, store).content()) == [])
  }

  /// A month that is over is read again: what was corrected late is found.
  @Test func aLateCorrectionOfThePreviousMonthIsFound() async throws {
    let store = MemoryStore()
    _ = try await harness(Self.before, store, today: "2026-11-30").run(from: from, to: to)
    var after = Self.before
    after["2026-11-03"] = "19"
    let late = try harness(after, store, today: "2026-12-03")
    let window = late.configuration.extract.defaultWindow(today: late.today)
    let report = try await late.run(from: window.from.description, to: window.to.description)
    #expect(report.exitCode == 0)
    #expect(report.restatements.map(\.date) == ["2026-11-03"])
    #expect(report.restatements.first?.wasOpen == false)
    #expect(try await Self.days(late)["2026-11-03"]?.open == true)
    let last = try harness(after, store, today: "2026-12-05")
    #expect(try await last.run(from: "2026-11-01", to: "2026-12-05").exitCode == 0)
    #expect(try await Self.days(last).values.allSatisfy { !$0.open })
  }
}

import Diagnostics
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// A scheduler that was off must not cost a day.
@Suite struct CatchUpTests {
  private func day(_ text: String) throws -> Day { try #require(Day(text)) }

  private func extended(_ harness: Harness, today: String, lookback: Int = 2) async throws -> (
    RunScope, [String: Int]
  ) {
    let diagnostics = DiagnosticsCollector()
    let today = try day(today)
    let scope = RunScope(
      window: DayRange(from: today.advanced(by: -lookback), to: today),
      organizations: harness.configuration.organizations, today: today)
    let result = try await CatchUp(store: harness.store, diagnostics: diagnostics).extended(scope)
    return (result, diagnostics.counts)
  }

  @Test func nothingDeliveredYetIsNoGap() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    let (scope, warnings) = try await extended(harness, today: "2026-11-06")
    #expect(scope.window.from == (try day("2026-11-04")) && warnings.isEmpty)
  }

  @Test func openAndMissingDaysAreTakenUpAgain() async throws {
    var harness = try ScriptedAPI.ordinary.harness(["acme"])
    harness.today = try day("2026-11-06")
    _ = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    let manifest = try #require(try await harness.manifest("2026-11"))
    let open = manifest.organizations["acme"]?.days.filter(\.value.open).keys.min()
    let (scope, warnings) = try await extended(harness, today: "2026-11-20")
    #expect(scope.window.from.description == open, "the oldest open day, and all days since")
    #expect(scope.window.to == (try day("2026-11-20")))
    #expect(warnings == ["days_caught_up": 1])
  }

  @Test func settledDaysAreLeftAlone() async throws {
    var harness = try ScriptedAPI.ordinary.harness(["acme"])
    harness.today = try day("2026-11-30")
    _ = try await harness.run(from: "2026-11-02", to: "2026-11-05")
    let (scope, warnings) = try await extended(harness, today: "2026-11-07")
    #expect(scope.window.from == (try day("2026-11-05")) && warnings.isEmpty)
    let (later, _) = try await extended(harness, today: "2026-11-30")
    #expect(later.window.from == (try day("2026-11-05")), "the first day that was never delivered")
  }
}

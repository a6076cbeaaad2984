import Foundation
import Pipeline
import Spend
import Staging
import TestSupport
import Testing

/// Copies for other services: layout, sums, and that they are replaced as a whole. Parquet needs DuckDB and is proven by
/// `scripts/check-warehouses`.
@Suite struct ExportTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"
  private static let settings = "load: { exports: [vantage, datadog] }\n"

  private func export(_ harness: Harness) async throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for object in try await harness.store.list("export") {
      result[object.key] = try await harness.store.read(object.key)
    }
    return result
  }

  @Test func layoutAndSumsAreThoseThatTheServicesRead() async throws {
    let harness = try ScriptedAPI.ordinary.harness(settings: Self.settings)
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0)
    let manifest = try #require(try await harness.manifest("2026-11"))
    let files = try await export(harness)
    var expected: Set = [
      "export/vantage/2026-11/costs.csv", "export/.records/vantage/2026-11.json",
      "export/.records/datadog/2026-11.json",
    ]
    for name in manifest.organizations.keys {
      for day in ["02", "03", "04"] {
        expected.insert("export/datadog/2026-11/\(name)/costs-2026-11-\(day).json")
      }
    }
    #expect(Set(files.keys) == expected)

    let csv = try #require(files["export/vantage/2026-11/costs.csv"])
    var (header, total, rows): ([String], ExactDecimal, Int) = ([], .zero, 0)
    try CSVReader.forEachRecord(ofForeign: csv, path: "costs.csv") { record, _ in
      if header.isEmpty {
        header = (0..<record.count).map { record.text($0) ?? "" }
        return
      }
      rows += 1
      let cost = try #require(header.firstIndex(of: "BilledCost"))
      let tagged = try #require(header.firstIndex(of: "Tags"))
      total += try ExactDecimal(record.text(cost) ?? "")
      let tags = try #require(record.text(tagged))
      let object = try JSONDecoder().decode([String: String].self, from: Data(tags.utf8))
      #expect(object["billing_account_id"]?.hasPrefix("org-") == true)
    }
    #expect(!header.contains { $0.hasPrefix("x_") } && header.contains("ServiceProviderName"))
    #expect(total.description == manifest.controlTotals["USD"] && rows == manifest.rows)

    var count = 0
    for (key, content) in files where key.hasPrefix("export/datadog/") {
      let lines = try #require(
        try JSONSerialization.jsonObject(with: Data(content)) as? [[String: Any]])
      for line in lines {
        let (start, end) = (line["ChargePeriodStart"] as? String, line["ChargePeriodEnd"] as? String)
        #expect(start == end && key.hasSuffix("costs-\(start ?? "?").json"))
        #expect(line["ProviderName"] as? String == "OpenAI" && line["BilledCost"] is NSNumber)
        let tags = try #require(line["Tags"] as? [String: String])
        #expect(tags["billing_account_id"] != nil && tags.values.allSatisfy { !$0.isEmpty })
      }
      count += lines.count
    }
    #expect(count == manifest.rows)
  }

  @Test func aRestatedDayReplacesItsMonthAndASecondRunChangesNothing() async throws {
    var api = ScriptedAPI.ordinary
    let store = MemoryStore()
    func harness(_ store: any Store) throws -> Harness {
      var harness = try api.harness(store: store, settings: Self.settings)
      harness.today = try #require(Day("2026-11-05"))
      return harness
    }
    _ = try await harness(store).run(from: from, to: to)
    let before = try await export(harness(store))
    let watched = WatchedStore(store)
    _ = try await harness(watched).run(from: from, to: to)
    #expect(!watched.changes.contains { $0.contains("export/") }, "\(watched.changes)")
    api.costs["2026-11-03"] = [
      ScriptedAPI.cost("7.5", lineItem: "gpt-5, input", project: "proj_1", quantity: "3", unit: "tokens")
    ]
    watched.clear()
    _ = try await harness(watched).run(from: from, to: to)
    let after = try await export(harness(store))
    #expect(Set(after.keys) == Set(before.keys))
    let changed = differing(before, after)
    #expect(changed.contains("export/vantage/2026-11/costs.csv"))
    #expect(changed.filter { $0.hasPrefix("export/datadog/") }.allSatisfy { $0.contains("2026-11-03") })
    // Each folder in one exchange, and the record of it behind.
    let replaced = watched.changes.filter {
      $0.contains("export/vantage/2026-11") || $0.contains(".records/vantage")
    }
    #expect(replaced == ["replace export/vantage/2026-11", "write export/.records/vantage/2026-11.json"])
  }

  /// Datadog reads USD only: what it does not get is counted.
  @Test func otherCurrenciesAreLeftOutOfDatadogAndCounted() async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-03"]?.append(ScriptedAPI.cost("2", currency: "eur", lineItem: "gpt-5, input"))
    let harness = try api.harness(["acme"], settings: Self.settings)
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0 && report.warnings["export_currency_left_out"] == 1)
    let files = try await export(harness)
    let vantage = String(decoding: try #require(files["export/vantage/2026-11/costs.csv"]), as: UTF8.self)
    let datadog = String(
      decoding: try #require(files["export/datadog/2026-11/acme/costs-2026-11-03.json"]), as: UTF8.self)
    #expect(vantage.contains("EUR") && !datadog.contains("EUR"))
  }

  /// What cannot be made stays as it was, and is told.
  @Test func withoutItsChargesAnExportStaysAsItWas() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"], settings: Self.settings)
    _ = try await harness.run(from: from, to: to)
    let before = try await export(harness)
    try await harness.store.write("export/vantage/2026-11/costs.csv", [])
    for object in try await harness.store.list("normalized/org=acme/date=2026-11-03") {
      try await harness.store.remove(object.key)
    }
    let report = try await harness.run([.load], from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(report.failures.contains { $0.message.hasPrefix("export vantage: ") })
    #expect(differing(before, try await export(harness)) == ["export/vantage/2026-11/costs.csv"])
  }
}

import Diagnostics
import Logging
import Spend
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// Deliveries with a price list, and the check of one against the other.
@Suite struct PriceListDeliveryTests {
  private static let header = "model,modality,kind,tier,qualifier,valid_from,currency,price,unit\n"
  private static let list =
    header + "gpt-5,,input,,,,USD,2,1000000 Tokens\ngpt-5,,input,,,2026-11-04,USD,1,1000000 Tokens\n"
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func harness(_ text: String?, _ store: any Store = MemoryStore(), version: String = "1.3") throws
    -> Harness
  {
    let list = try text.map { "price_list: " + (try folder.write("prices.csv", $0)) + ", " } ?? ""
    return try ScriptedAPI.ordinary.harness(
      ["acme"], store: store, settings: "load: { \(list)focus_version: \"\(version)\" }\n")
  }

  private func run(_ harness: Harness, _ stages: [Stage] = Stage.allCases) async throws -> RunReport {
    try await harness.run(stages, from: "2026-11-02", to: "2026-11-05")
  }

  @Test(arguments: ["1.2", "1.3", "1.4"])
  func listCostsComeFromTheListAndNothingElseDoes(version: String) async throws {
    let (plain, priced) = (try harness(nil, version: version), try harness(Self.list, version: version))
    #expect(try await run(plain).exitCode == 0)
    let report = try await run(priced)
    #expect(report.exitCode == 0 && report.controlTotals.allSatisfy(\.equal))
    let pairs = zip(try await plain.delivered("2026-11"), try await priced.delivered("2026-11"))
    var changed = 0
    for (before, after) in pairs {
      let list = ["ListCost", "ListUnitPrice", "PricingCurrencyListUnitPrice"]
      #expect(before.filter { !list.contains($0.key) } == after.filter { !list.contains($0.key) })
      guard after["x_LineItem"] == "gpt-5, input" else {
        #expect(before == after)
        continue
      }
      changed += 1
      let price = after["ChargePeriodStart"]?.hasPrefix("2026-11-04") == true ? "1.0" : "2.0"
      // A million tokens each day.
      #expect(list.map { after[$0] } == [price, price, price])
      #expect(after["ContractedUnitPrice"] == before["ContractedUnitPrice"])
    }
    #expect(changed == 3)
  }

  /// The digest is in the manifest, and another list makes the parts anew; a list taken away leaves no trace.
  @Test func aChangedListRebuildsTheParts() async throws {
    let store = MemoryStore()
    let plain = try harness(nil, store)
    _ = try await run(plain)
    let before = try await plain.content()
    #expect(try await plain.manifest("2026-11")?.priceList == nil)
    #expect(!before.values.contains { String(decoding: $0, as: UTF8.self).contains("price_list") })

    let priced = try harness(Self.list, store)
    let first = try await run(priced, [.load])
    #expect(first.counts.filesWritten == 3 && first.counts.filesKept == 0)
    let manifest = try #require(try await priced.manifest("2026-11"))
    #expect(manifest.priceList?.sha256 == Digest(of: Self.list).hex)
    let again = try await run(priced, [.load])
    #expect(again.counts.filesWritten == 0 && again.counts.filesKept == 3)
    #expect(again.deliveries.map(\.changed) == [false])

    let other = try harness(Self.list.replacing("USD,1,", with: "USD,1.5,"), store)
    #expect(try await run(other, [.load]).counts.filesWritten == 3)
    let changed = try #require(try await other.manifest("2026-11"))
    // The price of two of the three days is what it was: their files are too.
    func digests(_ manifest: Manifest) -> [String: String] {
      Dictionary(uniqueKeysWithValues: manifest.files.map { ($0.date, $0.sha256) })
    }
    let (one, two) = (digests(manifest), digests(changed))
    #expect(one.keys.filter { one[$0] != two[$0] } == ["2026-11-04"])
    #expect(changed.controlTotals == manifest.controlTotals && changed.delivery != manifest.delivery)

    _ = try await run(plain, [.load])
    let after = try await plain.content()
    #expect(differing(before, after).filter { !$0.contains("superseded") } == [])
  }

  /// The day on which the rows of a day were first delivered moves with the rows.
  @Test func rewrittenDaysAreUpdatedDays() async throws {
    let store = MemoryStore()
    _ = try await run(try harness(Self.list, store))
    var later = try harness(Self.list.replacing("USD,1,", with: "USD,1.5,"), store)
    later.today = try #require(Day("2026-11-21"))
    _ = try await run(later, [.load])
    let days = try #require(try await later.manifest("2026-11")?.organizations["acme"]?.days)
    #expect(
      days.mapValues(\.updated) == [
        "2026-11-02": "2026-11-20", "2026-11-03": "2026-11-20", "2026-11-04": "2026-11-21",
      ])
  }

  @Test func aListThatCannotBeReadEndsWith78() async throws {
    let report = try await run(try harness(Self.header + "gpt-5,,input,,,,USD,dear,U\n"))
    #expect(report.exitCode == 78)
    #expect(report.failures.contains { $0.message.contains("prices.csv:2: price") })
    #expect(try await run(try harness(Self.list)).exitCode == 0)
  }

  /// What the check sums up is what the delivery holds.
  @Test func theCheckAgreesWithTheDelivery() async throws {
    let client = try SimulatedClient(oddities: "all")
    let path = try folder.write(
      "sim.csv",
      Self.header + ",,file search tool calls,,,,USD,0.0025,Requests\n,,whisper,,,,USD,0.0002,Seconds\n"
        + "text-embedding-3-small,,input,,,,USD,0.03,1000000 Tokens\n")
    let harness = try client.harness(settings: "load: { price_list: \(path) }\n")
    let (from, to) = ("2026-11-15", "2026-11-20")
    #expect(try await harness.run(from: from, to: to).exitCode == 0)
    let report = try await check(harness, path, from, to)
    let rows = try await harness.delivered("2026-11")
    func sum(_ rows: [[String: String]], _ column: String) throws -> ExactDecimal {
      try rows.reduce(.zero) { try $0 + ExactDecimal($1[column] ?? "") }
    }
    #expect(report.days == 5 * client.simulation.accounts.count)
    #expect(report.lineItems.count >= 2)
    for item in report.lineItems {
      let own = rows.filter { $0["x_LineItem"] == item.lineItem && $0["SkuPriceId"] != nil }
      #expect(try sum(own, "BilledCost") == ExactDecimal(item.billed), "\(item)")
      #expect(try sum(own, "ListCost") == ExactDecimal(item.list), "\(item)")
      #expect(try sum(own, "PricingQuantity") == ExactDecimal(item.quantity), "\(item)")
      #expect(try ExactDecimal(item.billed) - ExactDecimal(item.list) == ExactDecimal(item.difference))
    }
    let differences = try report.lineItems.map { try ExactDecimal($0.difference).magnitude }
    #expect(differences == differences.sorted(by: >))
    let total = try #require(report.totals["USD"])
    let whole = try ExactDecimal(total.billed) + ExactDecimal(total.withoutListPrice)
    #expect(try whole == sum(rows, "BilledCost"))
    // Money that was not compared has in its rows what was billed.
    #expect(try sum(rows, "ListCost") == ExactDecimal(total.list) + ExactDecimal(total.withoutListPrice))
    #expect(
      Set(report.withoutListPrice.map(\.reason)).isSubset(
        of: Set(PriceComparison.Reason.allCases.map(\.rawValue))))
  }

  private func check(
    _ harness: Harness, _ path: String, _ from: String, _ to: String
  ) async throws -> PriceCheckReport {
    let scope = RunScope(
      window: DayRange(from: try #require(Day(from)), to: try #require(Day(to))),
      organizations: harness.configuration.organizations, today: harness.today)
    let context = StageContext(
      store: harness.store, diagnostics: DiagnosticsCollector(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await PriceCheck(context: context, priceList: PriceListFile.read(path)).run(scope)
  }

  /// Partitions are verified: a damaged one is no ground for a comparison.
  @Test func theCheckRefusesDamagedPartitions() async throws {
    let harness = try harness(Self.list)
    _ = try await run(harness)
    let key = "normalized/org=acme/date=2026-11-03/charges.csv.gz"
    try await harness.store.write(key, GzipEncoder.compress(Array("nothing\n".utf8)))
    let path = folder.path + "/prices.csv"
    await #expect(throws: CorruptFile.self) { try await check(harness, path, "2026-11-02", "2026-11-05") }
  }
}

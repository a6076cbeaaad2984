import FOCUS
import Pipeline
import Spend
import Staging
import TestSupport
import Testing

/// What a delivery is, whatever became of the run that made it.
@Suite struct DeliveryTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"

  /// Killed before any change to its store and run again, a run ends as if it had never been killed; and at no
  /// instant does the data tree hold a charge twice.
  @Test func killedAtAnyInstantAndRunAgainItIsAsIfNeverKilled() async throws {
    let untroubled = try await Self.delivered(MemoryStore(), killedAt: nil)
    #expect(untroubled.changes > 60)
    for change in stride(from: 0, to: untroubled.changes, by: 4) {
      let killed = try await Self.delivered(MemoryStore(), killedAt: change)
      #expect(differing(untroubled.content, killed.content) == [], "killed before change \(change)")
    }
  }

  /// The same while an earlier delivery is there and one of its days is restated: every change of load.
  @Test func killedWhileReplacingADeliveryItIsAsIfNeverKilled() async throws {
    func restated(_ killedAt: Int?) async throws -> (content: [String: [UInt8]], changes: [String]) {
      let store = MemoryStore()
      var first = try ScriptedAPI.ordinary.harness(["acme"], store: store)
      first.today = Day(number: 20_762)
      _ = try await first.run(from: "2026-11-02", to: "2026-11-05")
      var api = ScriptedAPI.ordinary
      api.costs["2026-11-03"]?.append(ScriptedAPI.cost("100"))
      let watched = WatchedStore(store, failingAt: killedAt)
      var second = try api.harness(["acme"], store: watched)
      second.today = Day(number: 20_762)
      let report = try await second.run(from: "2026-11-02", to: "2026-11-05")
      let changes = watched.changes
      if killedAt != nil {
        #expect(report.exitCode != 0)
        try await Self.expectEveryChargeOnce(store)
        var again = try api.harness(["acme"], store: store)
        again.today = Day(number: 20_762)
        #expect(try await again.run(from: "2026-11-02", to: "2026-11-05").exitCode == 0)
        return (try await again.content(), changes)
      }
      return (try await second.content(), changes)
    }
    let untroubled = try await restated(nil)
    let ofLoad = untroubled.changes.indices.filter { untroubled.changes[$0].contains("focus/") }
    #expect(ofLoad.count >= 5, "\(untroubled.changes)")
    for change in ofLoad {
      let killed = try await restated(change)
      #expect(
        differing(untroubled.content, killed.content) == [],
        "killed before change \(change), \(untroubled.changes[change])")
    }
  }

  private static func delivered(
    _ store: MemoryStore, killedAt: Int?
  ) async throws -> (content: [String: [UInt8]], changes: Int) {
    let watched = WatchedStore(store, failingAt: killedAt)
    _ = try await ScriptedAPI.ordinary.harness(store: watched).run(from: "2026-11-02", to: "2026-11-05")
    let changes = watched.changes.count
    if killedAt != nil { try await expectEveryChargeOnce(store) }
    let again = try ScriptedAPI.ordinary.harness(store: store)
    let report = try await again.run(from: "2026-11-02", to: "2026-11-05")
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    return (try await again.content(), changes)
  }

  /// A glob over `focus/data/` counts nothing twice: at most one part for each organization and day.
  private static func expectEveryChargeOnce(_ store: any Store) async throws {
    let parts = try await store.list("focus/data").map(\.key)
    let days = parts.compactMap { key in
      key.firstMatch(of: /(org=[a-z]+)\/part-(\d+)/).map { "\($0.1) \($0.2)" }
    }
    #expect(days.count == parts.count && Set(days).count == days.count, "\(parts)")
  }

  @Test func theManifestIsWhatIsThere() async throws {
    let harness = try ScriptedAPI.ordinary.harness(settings: "load: { formats: [csv, ndjson] }\n")
    let report = try await harness.run(from: from, to: to)
    let manifest = try #require(try await harness.manifest("2026-11"))
    let present = try await harness.store.list("focus/data").map { String($0.key.dropFirst("focus/".count)) }
    #expect(manifest.files.map(\.path) == present && present.count == 12)
    for file in manifest.files {
      let bytes = try await harness.store.readExisting("focus/" + file.path)
      #expect(bytes.count == file.bytes && Digest(of: bytes).hex == file.sha256)
      #expect(file.path.hasPrefix("data/BILLING_PERIOD=2026-11/org=\(file.organization)/part-"))
      #expect(file.path.contains("-\(file.sha256.prefix(8))."))
      let lines = try GzipDecoder.decompress(bytes).count { $0 == 0x0A }
      #expect(lines == file.rows + (file.format == "csv" ? 1 : 0))
    }
    #expect(manifest.rows == 18, "formats hold the same charges")
    #expect(manifest.rows == report.counts.deliveredRows)
    #expect(manifest.controlTotals == ["USD": "3.9000000000000000000000000012"])
    #expect(manifest.focusVersion == "1.3" && !manifest.open)
    #expect(manifest.billingPeriodStart == "2026-11-01T00:00:00Z")
    #expect(manifest.billingPeriodEnd == "2026-12-01T00:00:00Z")
    let schema = "focus/metadata/schemas/schema-\(manifest.schemaID).json"
    #expect(try await harness.store.read(schema) != nil)
  }

  @Test func bothFormatsHoldTheSameMoney() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"], settings: "load: { formats: [ndjson, csv] }\n")
    _ = try await harness.run(from: from, to: to)
    let files = try #require(try await harness.manifest("2026-11")?.files)
    for day in Set(files.map(\.date)) {
      let totals = files.filter { $0.date == day }.map(\.controlTotals)
      #expect(totals.count == 2 && totals[0] == totals[1])
    }
  }

  @Test(arguments: FOCUSVersion.allCases)
  func eachVersionHasItsColumns(version: FOCUSVersion) async throws {
    let harness = try ScriptedAPI.ordinary.harness(
      ["acme"], settings: "load: { focus_version: \"\(version.rawValue)\" }\n")
    #expect(try await harness.run(from: from, to: to).exitCode == 0)
    let manifest = try #require(try await harness.manifest("2026-11"))
    #expect(manifest.focusVersion == version.rawValue)
    let file = try #require(manifest.files.first)
    let text = try GzipDecoder.decompress(try await harness.store.readExisting("focus/" + file.path))
    let header = String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self)
    let columns = try ColumnTable.embedded().columns(of: version).map(\.name).joined(separator: ",")
    #expect(header == columns)
  }

  @Test func anotherVersionReplacesTheDelivery() async throws {
    let store = MemoryStore()
    for version in ["1.2", "1.4"] {
      let harness = try ScriptedAPI.ordinary.harness(
        store: store, settings: "load: { focus_version: \"\(version)\" }\n")
      #expect(try await harness.run(from: from, to: to).exitCode == 0)
    }
    try await Self.expectEveryChargeOnce(store)
    #expect(try await store.list("focus/data").count == 6)
    #expect(try await store.list("focus/superseded").count == 7)
  }

  /// `--org` narrows what is done, not what is delivered.
  @Test func oneOrganizationAskedForLeavesTheOthersInPlace() async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    _ = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    let report = try await harness.run(from: from, to: to, only: ["acme"])
    #expect(report.organizations == ["acme"] && report.exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
  }

  @Test func anOrganizationThatLeftKeepsWhatWasDelivered() async throws {
    let store = MemoryStore()
    _ = try await ScriptedAPI.ordinary.harness(store: store).run(from: from, to: to)
    let harness = try ScriptedAPI.ordinary.harness(["acme"], store: store)
    #expect(try await harness.run(from: from, to: to).exitCode == 0)
    let manifest = try #require(try await harness.manifest("2026-11"))
    #expect(manifest.organizations.keys.sorted() == ["acme", "globex"] && manifest.rows == 18)
    #expect(try await store.list("focus/data").count == 6)
  }

  @Test(arguments: ["lost", "damaged"])
  func aDeliveredFileThatIsLostOrDamagedIsMadeAgain(what: String) async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    _ = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    let key = try #require(before.keys.first { $0.hasPrefix("focus/data/") })
    if what == "lost" {
      try await harness.store.remove(key)
    } else {
      try await harness.store.write(key, [1, 2, 3])
    }
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
  }

  @Test func aDamagedManifestIsMadeAgain() async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    _ = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    try await harness.store.write("focus/metadata/BILLING_PERIOD=2026-11/manifest.json", Array("{".utf8))
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0 && report.warnings["manifest_damaged"] == 1)
    #expect(differing(before, try await harness.content()) == [])
  }

  /// DESIGN C14: today and the look-back before it are open; its first day is fetched for the last time.
  @Test func openDaysAreSaidToBeOpen() async throws {
    var harness = try ScriptedAPI.ordinary.harness(["acme"])
    harness.today = try #require(Day("2026-11-06"))
    _ = try await harness.run(from: from, to: to)
    let manifest = try #require(try await harness.manifest("2026-11"))
    #expect(manifest.open)
    #expect(
      manifest.organizations["acme"]?.days.mapValues(\.open)
        == ["2026-11-02": false, "2026-11-03": false, "2026-11-04": true])
  }

  /// A lost partition is not a day without cost: what was delivered stays, and the run says so.
  @Test func aDayWhosePartitionIsLostStaysDelivered() async throws {
    let harness = try ScriptedAPI.ordinary.harness(["acme"])
    _ = try await harness.run(from: from, to: to)
    let before = try #require(try await harness.manifest("2026-11"))
    for object in try await harness.store.list("normalized/org=acme/date=2026-11-03") {
      try await harness.store.remove(object.key)
    }
    let report = try await harness.run([.load], from: from, to: to)
    #expect(report.exitCode == 65)
    #expect(report.failures.contains { $0.date == "2026-11-03" && $0.message.contains("run normalize") })
    #expect(try await harness.manifest("2026-11") == before)
  }

  @Test func eachMonthIsADeliveryOfItsOwn() async throws {
    var api = ScriptedAPI.ordinary
    api.costs["2026-10-31"] = [ScriptedAPI.cost("5", lineItem: "gpt-5, input", project: "proj_1")]
    let harness = try api.harness(["acme"])
    let report = try await harness.run(from: "2026-10-31", to: to)
    #expect(report.deliveries.map(\.billingPeriod) == ["2026-10", "2026-11"])
    #expect(try await harness.manifest("2026-10")?.controlTotals == ["USD": "5"])
    let rows = try await harness.delivered("2026-10")
    #expect(rows.map { $0["BillingPeriodEnd"] } == ["2026-11-01T00:00:00Z"])
  }

  /// The file for people holds the same rows and the same money.
  @Test func theSpreadsheetSumsToTheDelivery() async throws {
    var api = ScriptedAPI.ordinary
    api.lists["projects"] = [#"{"id":"proj_1","name":"=1+1"}"#, #"{"id":"proj_2","name":"漢字, \"x\""}"#]
    let harness = try api.harness()
    _ = try await harness.run(from: from, to: to)
    let bytes = try await harness.store.readExisting("spreadsheet/2026-11.csv")
    #expect(Array(bytes.prefix(3)) == [0xEF, 0xBB, 0xBF])
    let text = Array(bytes.dropFirst(3))
    let header = String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self).split(separator: ",").map(
      String.init)
    let cost = try #require(header.firstIndex(of: "Unblended Cost"))
    let project = try #require(header.firstIndex(of: "Project"))
    var (sum, rows, projects) = (ExactDecimal.zero, 0, Set<String>())
    try CSVReader.forEachRecord(ofGzip: GzipEncoder.compress(text), path: "spreadsheet", header: header) {
      record in
      sum += try ExactDecimal(record.text(cost) ?? "")
      rows += 1
      if let name = record.text(project) { projects.insert(name) }
    }
    let manifest = try #require(try await harness.manifest("2026-11"))
    #expect(rows == manifest.rows && sum.description == manifest.controlTotals["USD"])
    #expect(projects == ["'=1+1", "漢字, \"x\""])
    #expect(try await harness.delivered("2026-11").contains { $0["SubAccountName"] == "=1+1" })
  }
}

import OpenAIAdmin
import Pipeline
import Simulator
import Spend
import Staging
import TestSupport
import Testing

/// The three stages in one process, over a simulated organization.
@Suite struct WholeRunTests {
  private let from = "2026-11-11"
  private let to = "2026-11-20"

  /// A swapped key or a wrong id shows on rows that name their organization.
  @Test func anotherOrganizationsRowsAreTold() async throws {
    let client = try SimulatedClient(oddities: "undocumented-fields")
    var right = try client.harness()
    for (index, account) in client.simulation.accounts.enumerated() {
      right.configuration.organizations[index].id = account.id
    }
    #expect(try await right.run(from: from, to: to).warnings["organization_id_differs"] == nil)
    let wrong = try client.harness()
    #expect(try await wrong.run(from: from, to: to).warnings["organization_id_differs"] ?? 0 > 0)
  }

  /// Promise 1, against what was truly spent, for every oddity of the API that leaves its data readable.
  @Test(arguments: [
    "none", "realistic", "all", "all,no-key-grouping", "realistic,key-floor=2026-11-15",
    "string-amounts,pretty",
    "empty-page,extra-bucket,row-order,empty-strings",
  ])
  func controlTotalsAreTheTruth(oddities: String) async throws {
    let client = try SimulatedClient(oddities: oddities)
    let harness = try client.harness()
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    #expect(report.controlTotals.count == client.simulation.accounts.count * 9)
    for entry in report.controlTotals {
      let truth = try truth(client, entry.organization, entry.date)
      let total = try ExactDecimal(truth.total)
      for step in [entry.api, entry.costLines, entry.charges, entry.delivered] {
        #expect(try ExactDecimal(step ?? "missing") == total, "\(entry)")
      }
      #expect(entry.equal && entry.currency == "USD")
      let rows = try await harness.delivered("2026-11", organization: entry.organization, date: entry.date)
      #expect(try Self.sums(rows) == Self.sums(truth), "\(entry.organization) \(entry.date)")
    }
    let manifest = try #require(try await harness.manifest("2026-11"))
    let sum = try report.controlTotals.reduce(ExactDecimal.zero) { try $0 + ExactDecimal($1.delivered ?? "") }
    #expect(try ExactDecimal(manifest.controlTotals["USD"] ?? "") == sum)
    #expect(!sum.isZero)
  }

  private func truth(_ client: SimulatedClient, _ organization: String, _ date: String) throws -> Truth {
    try client.simulation.truth(organization: organization, day: #require(UTCDay(iso: date)))
  }

  /// Money and quantity by project and line item; FOCUS has no quantity on credits.
  private static func sums(_ rows: [[String: String]]) throws -> [String: [ExactDecimal]] {
    var sums: [String: [ExactDecimal]] = [:]
    for row in rows {
      let key = "\(row["SubAccountId"] ?? "-") \(row["x_LineItem"] ?? "-")"
      let old = sums[key] ?? [.zero, .zero]
      sums[key] = [
        old[0] + (try ExactDecimal(row["BilledCost"] ?? "")),
        old[1] + (try ExactDecimal(row["ConsumedQuantity"] ?? "0")),
      ]
    }
    return sums
  }

  private static func sums(_ truth: Truth) throws -> [String: [ExactDecimal]] {
    try sums(
      truth.lines.map { line in
        [
          "SubAccountId": line.project, "x_LineItem": line.lineItem, "BilledCost": line.amount,
          "ConsumedQuantity": line.amount.hasPrefix("-") ? nil : line.quantity,
        ].compactMapValues { $0 }
      })
  }

  /// Promise 2.
  @Test func aSecondRunFetchesNothingSettledAndChangesNoByte() async throws {
    let client = try SimulatedClient()
    let harness = try client.harness()
    let first = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    client.forgetRequests()
    let second = try await harness.run(from: from, to: to)
    #expect(second.exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
    #expect(second.controlTotals == first.controlTotals || second.controlTotals.allSatisfy { $0.equal })
    #expect(second.counts.filesWritten == 0 && second.counts.daysNormalized == 0)
    #expect(second.deliveries.map(\.changed) == [false])
    // Three days of look-back are open: 17, 18, 19 of November.
    let open = try #require(Day("2026-11-17")).startSeconds
    let starts = client.requests.compactMap { $0.firstMatch(of: /start_time=(\d+)/).flatMap { Int($0.1) } }
    #expect(!starts.isEmpty && starts.allSatisfy { $0 >= open })
    let settled = 6 * 2 * (2 + EndpointCatalogue.usage.count)
    #expect(second.counts.partitionsKept == settled)
  }

  @Test func stageByStageIsTheSameAsAtOnce() async throws {
    let atOnce = try SimulatedClient().harness()
    _ = try await atOnce.run(from: from, to: to)
    let byStage = try SimulatedClient().harness()
    for stage in Stage.allCases {
      #expect(try await byStage.run([stage], from: from, to: to).exitCode == 0)
    }
    let content = try await atOnce.content()
    #expect(differing(content, try await byStage.content()) == [])
    #expect(content.keys.contains { $0.hasPrefix("focus/data/") })
  }

  @Test func dayByDayIsTheSameAsAtOnceWhereNothingHasChanged() async throws {
    let atOnce = try SimulatedClient().harness()
    _ = try await atOnce.run(from: from, to: "2026-11-14")
    let byDay = try SimulatedClient().harness()
    for (start, end) in [("2026-11-12", "2026-11-13"), (from, "2026-11-12"), ("2026-11-13", "2026-11-14")] {
      #expect(try await byDay.run(from: start, to: end).exitCode == 0)
    }
    func delivered(_ harness: Harness) async throws -> [String: [UInt8]] {
      try await harness.content().filter {
        $0.key.hasPrefix("focus/data/") || $0.key.hasPrefix("normalized/")
      }
    }
    #expect(differing(try await delivered(atOnce), try await delivered(byDay)) == [])
  }

  @Test func everyStoreHoldsTheSameBytes() async throws {
    let memory = try SimulatedClient().harness()
    let folder = try TemporaryFolder()
    let directory = try SimulatedClient().harness(store: DirectoryStore(root: folder.path))
    for harness in [memory, directory] {
      #expect(try await harness.run(from: from, to: to).exitCode == 0)
    }
    #expect(differing(try await memory.content(), try await directory.content()) == [])
    #expect(try folder.files().keys.filter { $0.contains(".tmp/") || $0.contains(".building/") } == [])
  }

  /// Over HTTP, as it is in earnest.
  @Test func overTheWireItIsTheSame() async throws {
    let inMemory = try SimulatedClient().harness()
    _ = try await inMemory.run(from: "2026-11-17", to: to)
    var options = SimulatorOptions()
    options.today = UTCDay(iso: SimulatedClient.today)
    (options.projects, options.users, options.keys, options.models) = (4, 5, 2, 4)
    (options.days, options.rows) = (30, 20)
    options.faults = try FaultPlan(parsing: "cut:19,500:23,html:29,slow:31")
    let server = SimulatorServer(options)
    let port = try await server.start()
    let transport = try CurlClient(CurlClient.Configuration(version: "test", maxInFlight: 4))
    let overHTTP = try SimulatedClient(server.simulation).harness(
      baseURL: "http://127.0.0.1:\(port)/v1", transport: transport,
      settings: "extract: { lookback_days: 3, retry_budget_seconds: 60 }\n")
    let report = try await overHTTP.run(from: "2026-11-17", to: to)
    await server.stop()
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    #expect((report.counts.requests["500"] ?? 0) > 0, "\(report.counts.requests)")
    #expect(differing(try await inMemory.content(), try await overHTTP.content()) == [])
  }

  /// A restated open day replaces its own part and nothing else; the delivery before is kept.
  @Test func aRestatedDayReplacesItself() async throws {
    let client = try SimulatedClient()
    let harness = try client.harness()
    _ = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    let earlier = try #require(try await harness.manifest("2026-11"))
    client.set("organization=acme&restate=2026-11-18")
    let report = try await harness.run(from: from, to: to)
    let after = try await harness.content()
    let manifest = try #require(try await harness.manifest("2026-11"))
    let entry = try #require(
      report.controlTotals.first { $0.organization == "acme" && $0.date == "2026-11-18" })
    #expect(
      try ExactDecimal(entry.delivered ?? "") == ExactDecimal(truth(client, "acme", "2026-11-18").total))
    func parts(_ content: [String: [UInt8]]) -> Set<String> {
      Set(content.keys.filter { $0.hasPrefix("focus/data/") })
    }
    let (gone, new) = (parts(before).subtracting(parts(after)), parts(after).subtracting(parts(before)))
    #expect(gone.count == 1 && new.count == 1)
    #expect(
      (gone.first ?? "").contains("org=acme/part-00018-")
        && (new.first ?? "").contains("org=acme/part-00018-"))
    #expect(parts(before).intersection(parts(after)).allSatisfy { before[$0] == after[$0] })
    #expect(manifest.delivery != earlier.delivery)
    // What was delivered before lies under superseded, whole.
    let old = "focus/superseded/BILLING_PERIOD=2026-11/delivery=\(earlier.delivery)/"
    for file in earlier.files {
      let name = file.path.dropFirst("data/BILLING_PERIOD=2026-11/".count)
      #expect(after[old + name] == before["focus/" + file.path])
    }
    #expect(after[old + "manifest.json"] == before["focus/metadata/BILLING_PERIOD=2026-11/manifest.json"])
  }

  /// A settled day stays as it was fetched.
  @Test func aSettledDayIsNotFetchedAgain() async throws {
    let client = try SimulatedClient()
    let harness = try client.harness()
    _ = try await harness.run(from: from, to: to)
    let before = try await harness.content()
    client.set("organization=acme&restate=2026-11-12")
    #expect(try await harness.run(from: from, to: to).exitCode == 0)
    #expect(differing(before, try await harness.content()) == [])
  }
}

import JSONReader
import Pipeline
import Simulator
import Spend
import Staging
import Testing

/// Costs from a CSV of the dashboard, in place of the API and beside it.
@Suite struct ImportTests {
  private let days = ["2026-11-11", "2026-11-12", "2026-11-13", "2026-11-14"]
  private let from = "2026-11-11"
  private let to = "2026-11-15"

  private func export(_ text: String, from: String? = nil, to: String? = nil) throws -> DashboardExport {
    DashboardExport(
      path: "costs.csv", content: Array(text.utf8), from: from.flatMap { Day($0) }, to: to.flatMap { Day($0) }
    )
  }

  /// The later generation tells all that the API tells: the charges are the same to the byte, whatever the order of
  /// columns, the line ends, the byte order mark and the compression.
  @Test func theSameChargesAsFromTheAPI() async throws {
    let client = try SimulatedClient(oddities: "realistic")
    let viaAPI = try client.harness()
    #expect(try await viaAPI.run(from: from, to: to).exitCode == 0)
    let name = try #require(client.simulation.accounts.first?.name)
    let expected = try await viaAPI.delivered("2026-11", organization: name)
    #expect(expected.count > 100)

    let plain = DashboardCSV(generation: .september2026)
    var odd = plain
    (odd.lineEnd, odd.byteOrderMark, odd.reversed, odd.more) = (
      "\r\n", true, true, ["discount": "none, \"yet\""]
    )
    let text = try plain.text(client, name, days: days)
    let forms: [[UInt8]] = [
      Array(text.utf8), try GzipEncoder.compress(Array(text.utf8)),
      Array(try odd.text(client, name, days: days).utf8),
    ]
    for (index, content) in forms.enumerated() {
      // Beside the API: usage, names and the control total are the API's.
      let beside = try client.harness()
      _ = try await beside.run([.extract], from: from, to: to)
      let report = try await beside.run(
        [.extract], from: from, to: to, only: [name],
        export: DashboardExport(path: "costs.csv", content: content))
      #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
      #expect(report.warnings["control_from_csv"] == nil && report.controlTotals.allSatisfy(\.equal))
      #expect(report.from == from && report.to == to)
      #expect(try await beside.run([.normalize, .load], from: from, to: to).exitCode == 0)
      #expect(try await beside.delivered("2026-11", organization: name) == expected, "form \(index)")
      let raw = try await beside.raw(name, "costs", from)
      #expect(raw.allSatisfy { $0.contains("\"result\":{\"object\":\"organization.costs.result\"") })
      #expect(raw.allSatisfy { $0.contains(#""discount":"none, \"yet\"""#) } == (index == 2))
    }
  }

  /// The earlier generation knows no keys, people and quantities: the money is the same by project and line item.
  @Test(arguments: DashboardCSV.Generation.allCases)
  func withoutTheAPI(generation: DashboardCSV.Generation) async throws {
    let client = try SimulatedClient(oddities: "realistic")
    let name = try #require(client.simulation.accounts.first?.name)
    let harness = try client.harness(settings: "normalize: { attribution: none }\n")
    let text = try DashboardCSV(generation: generation).text(client, name, days: days)
    let report = try await harness.run(
      from: from, to: to, only: [name], export: try export(text))
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    #expect(client.requests == [])
    #expect(report.warnings["control_from_csv"] == days.count)
    var expected: [String: ExactDecimal] = [:]
    for day in days {
      let truth = try client.simulation.truth(organization: name, day: #require(UTCDay(iso: day)))
      for line in truth.lines {
        expected["\(day) \(line.project ?? "-") \(line.lineItem)", default: .zero] += try ExactDecimal(
          line.amount)
      }
    }
    var found: [String: ExactDecimal] = [:]
    for row in try await harness.delivered("2026-11", organization: name) {
      let key =
        "\(row["ChargePeriodStart"]?.prefix(10) ?? "") \(row["SubAccountId"] ?? "-") \(row["x_LineItem"] ?? "")"
      found[key, default: .zero] += try ExactDecimal(row["BilledCost"] ?? "")
    }
    #expect(found == expected)
    let record = try #require(try await harness.record(name, "costs", from))
    #expect(
      record.dimensions
        == ["project_id", "line_item"] + (generation == .september2026 ? ["api_key_id", "user_id"] : []))
    let digest = Digest(of: text).hex
    #expect(record.madeFrom == ["csv": digest])
    let control = try #require(try await harness.record(name, "costs_ungrouped", from))
    #expect(control.madeFrom == ["csv": digest, "control": "csv"])
  }

  /// A day of the API and a day of a CSV are never mixed: the later one replaces the earlier one whole.
  @Test func aDayIsReplacedWhole() async throws {
    let harness = try ScriptedAPI.ordinary.harness()
    _ = try await harness.run([.extract], from: "2026-11-02", to: "2026-11-05")
    let other = try await harness.raw("acme", "costs", "2026-11-03")
    let csv = DashboardCSV(generation: .october2025)
    let text = csv.text([row("2026-11-02", "0.65"), row("2026-11-04", "0.85", currency: "eur")])
    let report = try await harness.run(
      [.extract], from: "2026-11-02", to: "2026-11-05", only: ["acme"], export: try export(text))
    #expect(report.warnings == ["day_not_in_export": 1])
    let lines = try await harness.raw("acme", "costs", "2026-11-02")
    #expect(lines.count == 1 && lines[0].contains(#""value":0.65,"currency":"usd""#))
    #expect(try await harness.raw("acme", "costs", "2026-11-03") == other)
    // The API's total is held against the export: on the first day 0.65000…1, on the last in another currency.
    let normalized = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05", only: ["acme"])
    #expect(
      normalized.exitCode == 65
        && Set(normalized.failures.compactMap(\.date)) == ["2026-11-02", "2026-11-04"])
    // What did not balance is asked for again.
    _ = try await harness.run([.extract], from: "2026-11-02", to: "2026-11-05", only: ["acme"])
    #expect(try await harness.raw("acme", "costs", "2026-11-02").count == 3)
  }

  @Test func severalCurrenciesEmptyDaysAndWindows() async throws {
    let harness = try ScriptedAPI().harness()
    let csv = DashboardCSV(generation: .october2025)
    let empty = row("2026-11-19", "").filter { $0.key != "amount_currency" && $0.key != "line_item" }
    let text = csv.text([
      row("2026-11-17", "1E-30"), row("2026-11-17", "2.50", currency: "EUR"), row("2026-11-18", "-3"), empty,
    ])
    let report = try await harness.run(
      [.extract], from: "2026-11-20", to: "2026-11-20", only: ["acme"], export: try export(text))
    #expect(report.exitCode == 0 && report.from == "2026-11-17" && report.to == "2026-11-20")
    let first = try #require(try await harness.record("acme", "costs", "2026-11-17"))
    #expect(first.controlTotals == ["USD": "0.000000000000000000000000000001", "EUR": "2.5"] && !first.open)
    #expect(try await harness.raw("acme", "costs_ungrouped", "2026-11-17").count == 2)
    let last = try #require(try await harness.record("acme", "costs", "2026-11-19"))
    #expect(last.open && last.rows == 0 && last.controlTotals == [:])
    // Only the days asked for.
    let narrow = try ScriptedAPI().harness()
    let narrowed = try await narrow.run(
      [.extract], from: "2026-11-18", to: "2026-11-19", only: ["acme"],
      export: try export(text, from: "2026-11-18", to: "2026-11-19"))
    #expect(narrowed.counts.rawRows == 1 && narrowed.warnings["day_not_in_export"] == nil)
    #expect(try await narrow.record("acme", "costs", "2026-11-17") == nil)
  }

  /// Nothing of a file is taken where one line of it cannot be read; the message names file, line and value.
  @Test(arguments: [
    ("amount_value", "12abc", "\"12abc\" is not an exact decimal"), ("amount_value", "1,5", "\"1,5\" is not"),
    ("amount_value", "0x10", "\"0x10\" is not"), ("amount_value", "NaN", "\"NaN\" is not"),
    ("amount_value", "$1", "\"$1\" is not"), ("amount_value", "", "amount_value is blank"),
    ("amount_currency", "", "amount_currency: "), ("amount_currency", "XYZ", "amount_currency: "),
    ("start_time", "1793577601", "is no UTC midnight"), ("start_time", "2026-11-02", "is no UTC midnight"),
    ("start_time", "", "start_time is blank"), ("end_time", "1793581200", "only exports by day"),
    ("organization_id", "org-other", "organization acme is org-acme"),
  ])
  func whatCannotBeReadIsRefused(column: String, value: String, message: String) async throws {
    var bad = row("2026-11-03", "1")
    bad[column] = value
    let text = DashboardCSV(generation: .october2025, lineEnd: "\r\n").text([
      row("2026-11-02", "1", lineItem: "two\r\nlines"), bad,
    ])
    let harness = try ScriptedAPI().harness()
    let report = try await harness.run(
      [.extract], from: "2026-11-02", to: "2026-11-04", only: ["acme"], export: try export(text))
    #expect(report.exitCode == 65)
    let failure = try #require(report.failures.first?.message)
    #expect(failure.hasPrefix("costs.csv:4: ") && failure.contains(message), "\(failure)")
    #expect(try await harness.store.list("raw") == [])
  }

  @Test(arguments: [
    ("", "the file is empty"), ("a,b\n1,2\n", "costs.csv:1: there is no column start_time"),
    (
      "start_time,amount_value,amount_currency,start_time\n",
      "costs.csv:1: the column start_time is there twice"
    ),
    ("start_time,amount_value,amount_currency\n1793577600,1\n", "costs.csv:2: there are 2 fields"),
    (
      "start_time,amount_value,amount_currency\n\n1793577600,\"1,usd\n",
      "costs.csv:3: record 1 ends inside quotes"
    ),
    ("start_time,amount_value,amount_currency\n", "none of its days"),
  ])
  func whatIsNoExportIsRefused(text: String, message: String) async throws {
    let harness = try ScriptedAPI().harness()
    let report = try await harness.run(
      [.extract], from: "2026-11-02", to: "2026-11-04", only: ["acme"], export: try export(text))
    #expect(
      report.exitCode == 65 && (report.failures.first?.message ?? "").contains(message), "\(report.failures)")
  }

  private func row(
    _ day: String, _ amount: String, currency: String = "usd", lineItem: String = "gpt-5, input"
  ) -> [String: String] {
    [
      "start_time": "\(Day(day)?.startSeconds ?? 0)", "amount_value": amount, "amount_currency": currency,
      "line_item": lineItem, "organization_id": "org-acme",
    ]
  }
}

extension Harness {
  func record(_ organization: String, _ dataset: String, _ date: String) async throws -> PartitionRecord? {
    try await PartitionStore(store).record(
      Layout.raw(organization: organization, dataset: dataset, day: #require(Day(date))))
  }

  /// The lines of a raw partition.
  func raw(_ organization: String, _ dataset: String, _ date: String) async throws -> [String] {
    let folder = Layout.raw(organization: organization, dataset: dataset, day: try #require(Day(date)))
    let bytes = try GzipDecoder.decompress(try await store.readExisting(folder + "/part-00001.ndjson.gz"))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

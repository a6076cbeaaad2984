import Foundation
import Staging
import TestSupport
import Testing

/// `unblended reconcile` as a program.
@Suite struct ReconcileCommandTests {
  /// A month, up to the 19th, made of a dashboard CSV; 3.00000001 on the 5th is all there is.
  private static func workplace() throws -> Workplace {
    let workplace = try Workplace(
      Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0))
    var text = "line_item,amount_currency,amount_value,end_time,start_time\n"
    for number in 1...19 {
      let day = try #require(Day(year: 2026, month: 11, day: number))
      text += number == 5 ? "\"gpt-5, input\",usd,3.00000001," : ",,,"
      text += "\(day.next.startSeconds),\(day.startSeconds)\n"
    }
    try workplace.folder.write("costs.csv", text)
    let window = ["--from", "2026-11-01", "--to", "2026-11-20"]
    for (program, arguments) in [
      ("extract", ["--org", "acme", "--from-csv", "costs.csv"]), ("normalize", window), ("load", window),
    ] {
      let result = try workplace.run(program, arguments)
      #expect(result.status == 0, "\(result.errorText)")
    }
    return workplace
  }

  private func reconcile(_ workplace: Workplace, _ arguments: [String]) throws -> Command.Result {
    try workplace.run("unblended", ["reconcile", "--month", "2026-11"] + arguments)
  }

  @Test func exitCodesAndForms() throws {
    let workplace = try Self.workplace()
    func invoice(_ amount: String) throws {
      try workplace.folder.write(
        "invoices.csv", "organization,month,currency,amount,tax\nacme,2026-11,USD,\(amount),0.57\n")
    }
    let all = ["--dashboard", "costs.csv", "--invoice", "invoices.csv"]
    try invoice("3.00")
    let table = try reconcile(workplace, all)
    #expect(table.status == 0 && table.error.isEmpty, "\(table.outputText)\(table.errorText)")
    #expect(table.outputLines.first == "Reconciliation: 2026-11 closes within 0.01")
    #expect(table.outputText.contains("acme (org-acme), USD: closes"))
    #expect(table.outputText.contains("tax; costs know none"))

    try invoice("4.00")
    let markdown = try reconcile(workplace, all + ["--format", "markdown"])
    #expect(markdown.status == 1)
    #expect(markdown.outputLines.first == "## Reconciliation: 2026-11 does not close within 0.01")
    #expect(
      markdown.outputLines.contains("| invoice | 4.57 | delivered | +1.56999999 | +1 |"),
      "\(markdown.outputText)")
    let tables = markdown.outputLines.filter { $0.hasPrefix("|") }
    #expect(Set(tables.map { $0.replacing("\\|", with: "").count { $0 == "|" } }) == [6])

    let json = try reconcile(workplace, all + ["--format", "json"])
    #expect(json.status == 1 && json.outputLines.count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
    #expect(object["closes"] as? Bool == false && object["tolerance"] as? String == "0.01")
    let organization = try #require((object["organizations"] as? [[String: Any]])?.first)
    let account = try #require((organization["accounts"] as? [[String: Any]])?.first)
    let figures = try #require(account["figures"] as? [[String: Any]])
    #expect(
      figures.compactMap { $0["source"] as? String } == [
        "api", "cost_lines", "charges", "delivered", "dashboard", "invoice",
      ])
    #expect(
      figures.compactMap { $0["total"] as? String } == Array(repeating: "3.00000001", count: 5) + ["4.57"])

    let csv = try reconcile(workplace, all + ["--format", "csv", "--tolerance", "1"])
    #expect(csv.status == 0)
    #expect(
      csv.outputLines.contains("2026-11,acme,USD,figure,invoice,,,,4.57,1.56999999,1,,"), "\(csv.outputText)")
    #expect(
      csv.outputLines.contains("2026-11,acme,USD,line,invoice,tax,,,0.57,,,false,tax; costs know none"))
  }

  @Test func misuseAndDamage() throws {
    let workplace = try Self.workplace()
    for (arguments, status, text) in [
      (["--org", "nobody"], 64, "nobody"), (["--tolerance=-1"], 64, "negative"),
      (["--dashboard", "none.csv"], 64, "none.csv"),
      (["--dashboard", "globex=costs.csv"], 64, "globex=costs.csv"),
      (["--format", "xml"], 64, "xml"), (["--invoice", "none.yaml"], 78, "none.yaml"),
      (["--invoice", "bad.yaml"], 78, "bad.yaml:2: invoices[0].amount"),
      (["--dashboard", "bad.csv"], 65, "bad.csv:2"),
      (["--config", "none"], 78, "none"),
    ] as [([String], Int32, String)] {
      try workplace.folder.write(
        "bad.yaml", "invoices:\n  - { organization: acme, month: 2026-11, currency: USD, amount: many }\n")
      try workplace.folder.write("bad.csv", "start_time,amount_value,amount_currency\n5,1,usd\n")
      let result = try reconcile(workplace, arguments)
      #expect(result.status == status && result.errorText.contains(text), "\(arguments): \(result.errorText)")
      #expect(result.output.isEmpty)
    }
    #expect(try workplace.run("unblended", ["reconcile"]).status == 64)
    let manifest = workplace.output + "/focus/metadata/BILLING_PERIOD=2026-11/manifest.json"
    try Data("{".utf8).write(to: URL(fileURLWithPath: manifest))
    let damaged = try reconcile(workplace, [])
    #expect(damaged.status == 65 && damaged.errorText.contains("manifest.json"), "\(damaged.errorText)")
  }
}

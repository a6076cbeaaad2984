import Foundation
import Staging
import TestSupport
import Testing

/// `extract --from-csv` and `unblended diff` as programs, without a network.
@Suite struct DiffCommandTests {
  /// An output made of a CSV, with the whole pipeline.
  private struct Output {
    let workplace: Workplace
    var path: String { workplace.output }

    /// - Parameter rows: day, amount, line item.
    init(_ rows: [(String, String, String)]) throws {
      workplace = try Workplace(Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0))
      try deliver(rows)
    }

    func deliver(_ rows: [(String, String, String)]) throws {
      var text = "line_item,project_id,amount_currency,amount_value,end_time,start_time\r\n"
      for (date, amount, lineItem) in rows {
        let day = try #require(Day(date))
        text += "\"\(lineItem)\",proj_1,usd,\(amount),\(day.next.startSeconds),\(day.startSeconds)\r\n"
      }
      try workplace.folder.write("costs.csv", text)
      let imported = try workplace.run("extract", ["--org", "acme", "--from-csv", "costs.csv"])
      #expect(imported.status == 0, "\(imported.errorText)")
      #expect(imported.outputLines.last?.contains("control_from_csv ×2") == true, "\(imported.outputText)")
      for program in ["normalize", "load"] {
        let result = try workplace.run(program, ["--from", "2026-11-17", "--to", "2026-11-19"])
        #expect(result.status == 0, "\(result.errorText)")
      }
    }
  }

  private let rows = [("2026-11-17", "1.10", "gpt-5, input"), ("2026-11-18", "0.0000003", "gpt-5, output")]

  private func diff(_ arguments: [String]) throws -> Command.Result {
    try Programs.run("unblended", ["diff"] + arguments)
  }

  @Test func exitCodeAndFormats() throws {
    let one = try Output(rows)
    let other = try Output([
      rows[0], ("2026-11-18", "2", "gpt-5, output"), ("2026-11-18", "-1", "Credit | *all*"),
    ])
    let same = try diff([one.path, one.path + "@2026-11"])
    #expect(
      same.status == 0 && same.outputLines.last?.hasPrefix("same: 0 added, 0 removed, 0 changed") == true)

    let table = try diff([one.path, other.path])
    #expect(table.status == 1 && table.error.isEmpty)
    let changes = table.outputLines.filter { $0.contains("2026-11-18") }
    #expect(changes.count == 2 && changes[0].hasPrefix("changed cost") && changes[1].hasPrefix("added"))
    #expect(changes[0].contains("+1.9999997"))
    #expect(
      table.outputLines.last
        == "different: 1 added, 0 removed, 1 changed, 0 renamed, 1 the same; 1 of 2 days have identical files"
    )
    let limited = try diff([one.path, other.path, "--limit", "1"])
    #expect(limited.outputText.contains("… and 1 more") && !limited.outputText.contains("Credit"))
    #expect(limited.outputText.contains("+0.9999997"))

    let json = try diff([
      one.path, other.path, "--format", "json", "--group-by", "day", "--group-by", "model",
    ])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
    #expect(
      (object["changes"] as? [[String: Any]])?.compactMap { $0["difference"] as? String } == [
        "-1", "1.9999997",
      ])
    #expect(object["same"] as? Bool == false && (object["totals"] as? [Any])?.count == 4)
    #expect((object["counts"] as? [String: Int])?["identical_days"] == 1)
    let none = try diff([one.path, one.path, "--format", "json"])
    let empty = try #require(try JSONSerialization.jsonObject(with: Data(none.output)) as? [String: Any])
    #expect((empty["changes"] as? [Any])?.isEmpty == true && empty["same"] as? Bool == true)

    let csv = try diff([one.path, other.path, "--format", "csv"])
    #expect(
      csv.outputLines.count == 3
        && csv.outputLines[1].hasPrefix("added,,org-acme,2026-11-18,proj_1,Credit | *all*,"))
    let totals = try diff([one.path, other.path, "--format", "csv", "--group-by", "organization"])
    #expect(
      totals.outputText
        == "group_by,key,name,currency,before,after,difference\norganization,org-acme,acme,USD,1.1000003,2.1,0.9999997\n"
    )
    let markdown = try diff([one.path, other.path, "--format", "markdown"])
    #expect(markdown.outputText.contains("| Credit \\| \\*all\\* |"))
  }

  @Test func howMuchDaysMoved() throws {
    let output = try Output(rows)
    try output.deliver([rows[0], ("2026-11-18", "2", "gpt-5, output")])
    let lag = try diff(["--lag", output.path, "--format", "csv"])
    #expect(lag.status == 0)
    #expect(
      lag.outputLines.dropFirst() == [
        "acme,2026-11-17,USD,2026-11-20,1.1,2026-11-20,1.1,0,1,2",
        "acme,2026-11-18,USD,2026-11-20,0.0000003,2026-11-20,2,1.9999997,2,1",
      ])
  }

  @Test func misuseEndsWith64AndDamageWith65() throws {
    let output = try Output(rows)
    for arguments in [
      [], [output.path], [output.path, output.workplace.folder.path],
      [output.path, output.path + "@2025-01"],
      [output.path, output.path, "--month", "2026-10"], [output.path, output.path, "--group-by", "planet"],
      [output.path, output.path, "--tolerance", "-1"], [output.path, output.path, "--tolerance", "1,5"],
      [output.path, output.path, "--org", "globex"], ["--lag", output.path, output.path],
      ["--lag", output.workplace.folder.path],
    ] {
      let result = try diff(arguments)
      #expect(result.status == 64 && result.output.isEmpty, "\(arguments) \(result.errorText)")
    }
    try output.workplace.folder.write("output/focus/metadata/BILLING_PERIOD=2026-11/manifest.json", "{")
    let damaged = try diff([output.path, output.path])
    #expect(damaged.status == 65 && damaged.errorText.contains("manifest.json"), "\(damaged.errorText)")
  }

  @Test func anExportNeedsOneOrganizationAndAFile() throws {
    let workplace = try Workplace(Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0))
    for arguments in [["--from-csv", "costs.csv"], ["--from-csv", "costs.csv", "--org", "acme"]] {
      #expect(try workplace.run("extract", arguments).status == 64)
    }
    try workplace.folder.write(
      "costs.csv", "start_time,amount_value,amount_currency,organization_id\n1795046400,1,usd,org-other\n")
    let refused = try workplace.run(
      "extract", ["--from-csv", "costs.csv", "--org", "acme", "--summary", "json"])
    #expect(refused.status == 65)
    #expect(
      refused.outputText.contains("costs.csv:2: organization_id is org-other; organization acme is org-acme"))
  }
}

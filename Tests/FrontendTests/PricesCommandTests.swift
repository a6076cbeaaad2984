import Foundation
import TestSupport
import Testing

/// `unblended prices check` as a process.
@Suite struct PricesCommandTests {
  private static let prices = """
    model,modality,kind,tier,qualifier,valid_from,currency,price,unit
    text-embedding-3-small,,input,,,,USD,0.03,1000000 Tokens
    ,,whisper,,,,USD,0.0002,Seconds
    ,,file search tool calls,,,,USD,0.0025,Requests

    """

  @Test func printsWhatItFoundInThreeForms() throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    try workplace.folder.write("prices.csv", Self.prices)
    let text = try String(contentsOfFile: workplace.configuration, encoding: .utf8)
    try workplace.folder.write("pipeline.yaml", text + "load: { price_list: prices.csv }\n")
    let run = try workplace.run("unblended", ["run", "--quiet"] + workplace.days, simulate.keys)
    try #require(run.status == 0, "\(run.errorText)")
    func check(_ arguments: [String]) throws -> Command.Result {
      let result = try workplace.run("unblended", ["prices", "check"] + workplace.days + arguments)
      #expect(result.status == 0 && result.error.isEmpty, "\(result.errorText)")
      return result
    }
    let table = try check([]).outputText
    #expect(table.contains("6 normalized days") && table.contains("Without a list price"))
    let line = try #require(try check(["--format", "json"]).outputLines.first)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let compared = try #require(report["line_items"] as? [[String: Any]])
    let rest = try #require(report["without_list_price"] as? [[String: Any]])
    #expect(!compared.isEmpty && !rest.isEmpty)
    #expect((report["price_list"] as? [String: String])?["sha256"]?.count == 64)
    let csv = try check(["--format", "csv"]).outputLines
    #expect(csv.first == "line_item,currency,pricing_unit,quantity,billed,list,difference,percent,note")
    for item in compared { #expect(table.contains(item["difference"] as? String ?? "?")) }
    let one = try check(["--org", simulate.organizations[0].name, "--format", "json"]).outputText
    #expect(one.contains("\"days\":3"))
  }

  @Test func withoutAPriceListItEndsWith78() throws {
    let good = Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0)
    let none = try Workplace(good).run("unblended", ["prices", "check"])
    #expect(none.status == 78 && none.errorText.contains("load.price_list"), "\(none.errorText)")
    // Every command says so before it does anything.
    for (program, arguments) in [
      ("unblended", ["prices", "check"]), ("unblended", ["run"]), ("extract", []),
    ] {
      let missing = try Workplace(good + "load: { price_list: none.csv }\n").run(program, arguments)
      #expect(missing.status == 78 && missing.errorText.contains("none.csv"), "\(missing.errorText)")
    }
    #expect(try Workplace(good).run("unblended", ["prices", "check", "--format", "xml"]).status == 64)
  }
}

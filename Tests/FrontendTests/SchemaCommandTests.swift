import Foundation
import TestSupport
import Testing

/// `unblended schema` as a process.
@Suite struct SchemaCommandTests {
  private static let dialects = [
    "duckdb", "postgres", "clickhouse", "bigquery", "snowflake", "redshift", "spark",
  ]

  @Test func printsTheTableAndTheMonthThatItsManifestLists() throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    let run = try workplace.run("unblended", ["run", "--quiet"] + workplace.days, simulate.keys)
    try #require(run.status == 0, "\(run.errorText)")
    let manifest = try #require(
      try JSONSerialization.jsonObject(
        with: Data(
          contentsOf: URL(
            fileURLWithPath: workplace.output + "/focus/metadata/BILLING_PERIOD=2026-11/manifest.json")))
        as? [String: Any])
    let paths = try #require(manifest["files"] as? [[String: Any]]).compactMap { $0["path"] as? String }
    let totals = try #require(manifest["control_totals"] as? [String: String])
    for dialect in Self.dialects {
      // The month is that of UNBLENDED_TODAY.
      let result = try workplace.run("unblended", ["schema", "--dialect", dialect])
      #expect(result.status == 0 && result.error.isEmpty, "\(result.errorText)")
      #expect(result.outputText.contains("CREATE TABLE IF NOT EXISTS"))
      for path in paths { #expect(result.outputText.contains(path), "\(dialect): \(path)") }
      for total in totals.values { #expect(result.outputText.contains(total), "\(dialect)") }
    }
    // Other columns than those delivered would load into the wrong places.
    let text = try String(contentsOfFile: workplace.configuration, encoding: .utf8)
    try workplace.folder.write(
      "pipeline.yaml", text + "load: { columns: [BilledCost, BillingPeriodStart, BillingCurrency] }\n")
    let other = try workplace.run("unblended", ["schema", "--dialect", "duckdb"])
    #expect(other.status == 78 && other.errorText.contains("run load --from 2026-11-01 --to 2026-12-01"))
    let load = try workplace.run("load", ["--quiet"] + workplace.days)
    try #require(load.status == 0, "\(load.errorText)")
    let some = try workplace.run("unblended", ["schema", "--dialect", "duckdb"])
    #expect(some.status == 0 && some.outputText.contains("BilledCost DECIMAL(38, 28) NOT NULL"))
    #expect(!some.outputText.contains("ListCost"))
  }

  @Test func needsNoConfigurationForAVersion() throws {
    let folder = try TemporaryFolder()
    func schema(_ arguments: [String]) throws -> Command.Result {
      try Programs.run("unblended", ["schema"] + arguments, folder: folder.path)
    }
    let result = try schema(["--dialect", "snowflake", "--focus-version", "1.4", "--month", "2026-10"])
    #expect(result.status == 0 && result.outputText.contains("InvoiceDetailId VARCHAR"))
    #expect(result.outputText.contains("'@STAGE/focus/' PATTERN = '.*data/BILLING_PERIOD=2026-10/"))
    let two = try schema([
      "--dialect", "duckdb", "--focus-version", "1.2", "--month", "2026-10", "--month", "2026-11", "--table",
      "a.b",
    ])
    #expect(two.outputText.contains("'2026-10-01 00:00:00+00'") && two.outputText.contains("2026-11-01 00:"))
    #expect(two.outputText.contains("DELETE FROM a.b WHERE"))
    #expect(try schema(["--dialect", "oracle", "--focus-version", "1.3"]).status == 64)
    #expect(try schema(["--dialect", "duckdb", "--focus-version", "1.3", "--config", "x"]).status == 64)
    #expect(try schema(["--dialect", "duckdb", "--focus-version", "1.3", "--table", "a b"]).status == 64)
    #expect(try schema(["--dialect", "duckdb"]).status == 78)
  }
}

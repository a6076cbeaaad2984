import Foundation
import TestSupport
import Testing

/// Parquet without DuckDB, and with programs in its place. What DuckDB writes is checked by `scripts/check-warehouses`.
@Suite struct ParquetTests {
  private func workplace(_ load: String) throws -> Workplace {
    // Nobody listens there: a request would end with 69.
    try Workplace(
      Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0) + "load: { \(load) }\n")
  }

  @Test(arguments: [
    "formats: [parquet]", "formats: [csv, parquet]", "exports: [finops-hub]",
    "formats: [parquet], duckdb: bin/none", "formats: [parquet], duckdb: none",
  ])
  func withoutDuckDBNothingIsFetched(load: String) throws {
    let workplace = try workplace(load)
    let environment = ["KEY_ACME": "sk-admin-x", "PATH": workplace.folder.path]
    for (program, arguments) in [("unblended", ["run"]), ("load", [])] {
      let result = try workplace.run(program, arguments + workplace.days, environment)
      #expect(result.status == 78, "\(result.errorText)")
      #expect(result.errorText.contains("load.duckdb") && result.errorText.contains("pip install duckdb-cli"))
    }
    let doctor = try workplace.run("unblended", ["doctor"], environment)
    #expect(
      doctor.outputText.contains("bad   parquet: Parquet is written by DuckDB's"), "\(doctor.outputText)")
    // Stages that write no Parquet need none.
    let extract = try workplace.run("extract", workplace.days, environment)
    #expect(extract.status == 69, "\(extract.errorText)")
  }

  @Test func csvNeedsNoDuckDB() throws {
    let workplace = try workplace("formats: [csv], exports: [vantage, datadog]")
    let result = try workplace.run("load", ["--quiet"] + workplace.days, ["PATH": workplace.folder.path])
    // The days were never fetched.
    #expect(result.status == 65 && !result.errorText.contains("DuckDB"), "\(result.errorText)")
  }

  /// DuckDB is foreign code: it sees no key, and its failure is a failure.
  @Test func itsFailureIsToldAndItSeesNoKeys() throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    let text = try String(contentsOfFile: workplace.configuration, encoding: .utf8)
    try workplace.folder.write(
      "pipeline.yaml", text + "load: { formats: [csv, parquet], duckdb: ./fake }\n")
    let fake = try workplace.folder.write(
      "fake", "#!/bin/sh\nenv >>'\(workplace.folder.path)/seen'\necho 'IO Error: no space left' >&2\nexit 1\n"
    )
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
    let result = try workplace.run("unblended", ["run", "--quiet"] + workplace.days, simulate.keys)
    #expect(result.status == 74 && result.errorText.contains("no space left"), "\(result.errorText)")
    let seen = try String(contentsOfFile: workplace.folder.path + "/seen", encoding: .utf8)
    #expect(seen.contains("HOME=/") && !seen.contains("sk-") && !seen.contains("OPENAI"), "\(seen)")
    #expect(!FileManager.default.fileExists(atPath: workplace.output + "/focus/data"))
  }
}

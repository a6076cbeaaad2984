import Foundation
import Staging
import TestSupport
import Testing

/// What the programs say and end with before they do anything.
@Suite struct CommandLineTests {
  @Test(arguments: Programs.all)
  func helpIsHelp(program: String) throws {
    let result = try Programs.run(program, ["--help"])
    #expect(result.status == 0)
    #expect(result.outputText.contains("USAGE: \(program)"))
    #expect(result.outputText.contains("EXAMPLES"))
    #expect(result.error.isEmpty)
  }

  @Test(arguments: ["run", "doctor", "diff", "reconcile"])
  func subcommandsHaveHelp(name: String) throws {
    let result = try Programs.run("unblended", [name, "--help"])
    #expect(result.status == 0 && result.outputText.contains("USAGE: unblended \(name)"))
  }

  @Test(arguments: Programs.pipeline)
  func versionIsAVersion(program: String) throws {
    let result = try Programs.run(program, ["--version"])
    #expect(result.status == 0)
    #expect(result.outputText.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(result.outputText)")
  }

  private static let misuses: [(String, [String])] = [
    ("extract", ["--no-such-flag"]), ("extract", ["--from", "yesterday"]),
    ("normalize", ["--from", "2026-02-30"]),
    ("load", ["--from", "2026-11-05", "--to", "2026-11-05"]), ("extract", ["--log-format", "xml"]),
    ("extract", ["--summary", "yaml"]), ("extract", ["surplus"]), ("unblended", ["no-such-command"]),
    ("unblended", ["run", "--from", "2026-11-05", "--to", "2026-11-04"]),
    ("unblended", ["doctor", "--quiet"]),
    ("simulate", ["--organizations", "0"]), ("simulate", ["--oddities", "no-such-oddity"]),
    ("simulate", ["--port", "99999"]),
  ]

  @Test(arguments: misuses)
  func misuseEndsWith64(program: String, arguments: [String]) throws {
    let result = try Programs.run(program, arguments)
    #expect(result.status == 64, "\(result.errorText)")
    #expect(result.output.isEmpty && result.errorText.contains("Error: "))
  }

  private static let good = Workplace.text([("acme", "http://127.0.0.1:1/v1", "KEY_ACME")], budget: 0)

  @Test(arguments: [("unblended", ["run"]), ("extract", []), ("load", []), ("unblended", ["doctor"])])
  func anUnknownOrganizationEndsWith64(program: String, arguments: [String]) throws {
    let result = try Workplace(Self.good).run(program, arguments + ["--org", "nobody"])
    #expect(result.status == 64 && result.errorText.contains("nobody"))
  }

  /// File, line and what was expected.
  @Test(arguments: [
    ("unblended", ["run"]), ("extract", []), ("normalize", []), ("load", []), ("unblended", ["doctor"]),
  ])
  func aBadConfigurationEndsWith78(program: String, arguments: [String]) throws {
    let workplace = try Workplace(Self.good.replacing("lookback_days: 3", with: "lookback_days: many"))
    let result = try workplace.run(program, arguments)
    #expect(result.status == 78)
    let told = result.errorText + result.outputText
    #expect(told.contains("pipeline.yaml:4: extract.lookback_days must be a whole number"), "\(told)")
    #expect(!FileManager.default.fileExists(atPath: workplace.output))
  }

  @Test(arguments: [("unblended", ["run"]), ("extract", []), ("unblended", ["doctor"])])
  func aMissingConfigurationEndsWith78(program: String, arguments: [String]) throws {
    let result = try Programs.run(program, arguments + ["--config", "/nowhere/pipeline.yaml"])
    #expect(result.status == 78)
    #expect((result.errorText + result.outputText).contains("/nowhere/pipeline.yaml"))
  }

  @Test(arguments: [("unblended", ["run"]), ("extract", []), ("unblended", ["doctor"])])
  func aMissingKeyEndsWith78(program: String, arguments: [String]) throws {
    let result = try Workplace(Self.good).run(program, arguments)
    #expect(result.status == 78)
    #expect((result.errorText + result.outputText).contains("KEY_ACME"))
  }

  @Test(arguments: [("unblended", ["run"]), ("load", []), ("unblended", ["doctor"])])
  func aClockThatIsNoDayEndsWith78(program: String, arguments: [String]) throws {
    let result = try Workplace(Self.good).run(
      program, arguments, ["UNBLENDED_TODAY": "today", "KEY_ACME": "sk-admin-1"])
    #expect(result.status == 78, "\(result.errorText)")
    #expect((result.errorText + result.outputText).contains("UNBLENDED_TODAY"))
  }

  @Test func aLockedOutputEndsWith75() throws {
    let workplace = try Workplace(Self.good)
    let lock = try RunLock(output: workplace.output)
    for program in ["extract", "normalize", "load"] {
      let result = try workplace.run(program, workplace.days, ["KEY_ACME": "sk-admin-1"])
      #expect(result.status == 75, "\(result.errorText)")
      #expect(result.errorText.contains("another run"))
    }
    withExtendedLifetime(lock) {}
  }

  @Test func anOutputThatTakesNoFilesEndsWith73() throws {
    let workplace = try Workplace(Self.good.replacing("output: output", with: "output: pipeline.yaml/output"))
    let result = try workplace.run("normalize", workplace.days)
    #expect(result.status == 73, "\(result.errorText)")
  }

  /// Nobody listens: the budget is used up, and not more than it.
  @Test(arguments: [("unblended", ["run"]), ("extract", []), ("unblended", ["doctor"])])
  func anAPIThatIsDownEndsWith69(program: String, arguments: [String]) throws {
    let workplace = try Workplace(
      Self.good.replacing("retry_budget_seconds: 0", with: "retry_budget_seconds: 1"))
    let result = try workplace.run(program, arguments, ["KEY_ACME": "sk-admin-1"])
    #expect(result.status == 69, "\(result.errorText)\(result.outputText)")
    #expect((result.errorText + result.outputText).contains("127.0.0.1"))
  }

  /// An error is one JSON object a line where JSON is asked for.
  @Test func errorsFollowTheLogFormat() throws {
    let workplace = try Workplace("output: 7: 8\n")
    let result = try workplace.run("extract", ["--log-format", "json"])
    #expect(result.status == 78)
    for line in result.errorLines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["level"] as? String == "error")
    }
    #expect(result.errorLines.count == 1)
  }

  /// A scheduler that reads summaries gets one for a run that could not start, too.
  @Test func aRunThatCannotStartHasASummary() throws {
    let workplace = try Workplace("output: 7: 8\n")
    let result = try workplace.run("normalize", ["--summary", "json"])
    #expect(result.status == 78 && result.outputLines.count == 1)
    let summary = try JSONSerialization.jsonObject(with: Data(result.outputText.utf8)) as? [String: Any]
    #expect(summary?["exit_code"] as? Int == 78 && summary?["command"] as? String == "normalize")
    let failures = summary?["failures"] as? [[String: Any]]
    #expect(failures?.count == 1 && (failures?[0]["message"] as? String)?.contains("pipeline.yaml:1") == true)
  }
}

import Foundation
import Staging
import TestSupport
import Testing

/// The programs at work, against `simulate` as a process of its own.
@Suite(.serialized) struct RunTests {
  private let simulate: SimulateProcess

  init() throws { simulate = try SimulateProcess() }

  private func object(_ line: Substring) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func theSummaryIsOneLineOfJSON() throws {
    let workplace = try Workplace(simulate)
    for (program, command) in [
      ("extract", []), ("normalize", []), ("load", []), ("unblended", ["run"]),
    ] as [(String, [String])] {
      let result = try workplace.run(
        program, command + workplace.days + ["--summary", "json"], simulate.keys)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.outputText.hasSuffix("\n") && result.outputLines.count == 1)
      let summary = try object(result.outputLines[0])
      #expect(summary["exit_code"] as? Int == 0)
      for key in [
        "run_id", "command", "version", "from", "to", "started", "seconds", "organizations", "counts",
        "control_totals",
        "totals", "attribution", "deliveries", "restatements", "stage_seconds", "interrupted", "warnings",
        "warning_examples", "failures",
      ] {
        #expect(summary[key] != nil, "the summary has no \(key)")
      }
      #expect(summary["command"] as? String == (command.first ?? program))
      #expect(summary["from"] as? String == "2026-11-17" && summary["to"] as? String == "2026-11-20")
      for name in ["counts", "control_totals", "totals", "seconds", "warnings", "failures", "run_id"] {
        #expect(summary[name] != nil, "\(name)")
      }
      let record = workplace.output + "/runs/\(summary["run_id"] ?? "").json"
      #expect(FileManager.default.fileExists(atPath: record))
      // Nothing but log lines where nobody watches: no progress, no colours.
      for line in result.errorLines {
        #expect(line.contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [a-z]+ /#), "\(line)")
      }
      #expect(!result.error.contains(0x1B) && !result.error.contains(0x0D))
    }
  }

  /// A run whose summary is lost has not done all.
  @Test func aSummaryThatCannotBeWrittenEndsWith74() throws {
    let workplace = try Workplace(simulate)
    let result = try Command.run(
      "/bin/sh",
      ["-c", "exec \"$0\" \"$@\" >/dev/full", Programs.folder + "/unblended", "run", "--summary", "json"]
        + workplace.days,
      environment: Programs.environment(simulate.keys), folder: workplace.folder.path)
    #expect(result.status == 74 && result.errorText.contains("standard output"), "\(result.errorText)")
  }

  @Test func theTableShowsEqualTotals() throws {
    let workplace = try Workplace(simulate)
    let result = try workplace.run("unblended", ["run"] + workplace.days, simulate.keys)
    #expect(result.status == 0)
    #expect(result.outputText.contains("Control totals"))
    #expect(result.outputLines.count { $0.hasSuffix("yes") } == 2 * 3 + 2)
    #expect(!result.outputText.contains("NO"))
    let none = try workplace.run("unblended", ["run", "--summary", "none"] + workplace.days, simulate.keys)
    #expect(none.status == 0 && none.output.isEmpty)
  }

  @Test func quietSaysNothingWhereNothingIsWrong() throws {
    let workplace = try Workplace(simulate)
    let result = try workplace.run(
      "unblended", ["run", "--quiet", "--summary", "none"] + workplace.days, simulate.keys)
    #expect(result.status == 0 && result.error.isEmpty && result.output.isEmpty, "\(result.errorText)")
  }

  @Test func jsonLogsAreJSON() throws {
    let workplace = try Workplace(simulate)
    var keys = simulate.keys
    keys[simulate.organizations[1].keyEnv] = "sk-admin-wrong"
    let result = try workplace.run(
      "unblended", ["run", "--log-format", "json", "--summary", "none"] + workplace.days, keys)
    #expect(result.status == 77)
    let levels = try result.errorLines.map { line -> String in
      let entry = try object(line)
      #expect(entry["time"] is String && entry["message"] is String)
      #expect(entry["run_id"] is String, "\(line)")
      if entry["level"] as? String == "error" {
        #expect(entry["organization"] as? String == simulate.organizations[1].name)
        #expect(entry["stage"] as? String == "extract" && entry["exit_code"] as? String == "77")
      }
      return entry["level"] as? String ?? ""
    }
    #expect(levels.contains("error"), "the refused key is an error")
  }

  /// The other organization is delivered.
  @Test func aRefusedKeyEndsWith77() throws {
    let workplace = try Workplace(simulate)
    let (good, bad) = (simulate.organizations[0], simulate.organizations[1])
    var keys = simulate.keys
    keys[bad.keyEnv] = "sk-admin-wrong-0123456789abcdef"
    let result = try workplace.run("unblended", ["run", "--summary", "json"] + workplace.days, keys)
    #expect(result.status == 77)
    let files = try workplace.folder.files().keys
    #expect(files.contains { $0.contains("focus/data/") && $0.contains("org=\(good.name)/") })
    #expect(!files.contains { $0.contains("focus/data/") && $0.contains("org=\(bad.name)/") })
    #expect(result.errorText.contains(bad.name))
  }

  /// The scope for names is missing: costs are delivered under their ids.
  @Test func aKeyForUsageOnlyDeliversCosts() throws {
    let workplace = try Workplace(simulate)
    let keys = Dictionary(uniqueKeysWithValues: simulate.organizations.map { ($0.keyEnv, $0.usageOnlyKey) })
    let result = try workplace.run("unblended", ["run", "--summary", "json"] + workplace.days, keys)
    #expect(result.status == 77)
    #expect(result.errorText.contains("api.management.read"))
    let summary = try object(try #require(result.outputLines.first))
    let totals = try #require(summary["control_totals"] as? [[String: Any]])
    #expect(totals.count == 6)
    #expect(totals.allSatisfy { $0["equal"] as? Bool == true && $0["delivered"] is String })
  }

  @Test func aKeyForManagementOnlyDeliversNothing() throws {
    let workplace = try Workplace(simulate)
    let keys = Dictionary(
      uniqueKeysWithValues: simulate.organizations.map { ($0.keyEnv, $0.managementOnlyKey) })
    let result = try workplace.run("unblended", ["run", "--summary", "none"] + workplace.days, keys)
    #expect(result.status == 77)
    #expect(result.errorText.contains("api.usage.read"))
    #expect(try !workplace.folder.files().keys.contains { $0.contains("focus/data/") })
  }

  @Test func doctorEndsWithWhatARunWouldEndWith() throws {
    let workplace = try Workplace(simulate)
    #expect(try workplace.run("unblended", ["doctor"], simulate.keys).status == 0)
    var keys = simulate.keys
    keys[simulate.organizations[0].keyEnv] = simulate.organizations[0].usageOnlyKey
    let limited = try workplace.run("unblended", ["doctor"], keys)
    #expect(limited.status == 77 && limited.outputText.contains("api.management.read"))
    keys[simulate.organizations[0].keyEnv] = "sk-admin-wrong"
    #expect(try workplace.run("unblended", ["doctor"], keys).status == 77)
    #expect(try workplace.folder.files().keys.allSatisfy { !$0.contains("focus") && !$0.contains("raw") })
  }

  /// A key is in no stream and in no file, compressed or not.
  @Test func keysAreNowhere() throws {
    let workplace = try Workplace(simulate)
    let wrong = "sk-admin-wrong-0123456789abcdef0123456789abcdef"
    var secrets = simulate.organizations.flatMap { [$0.key, $0.usageOnlyKey] } + [wrong]
    secrets += secrets.map { String($0.dropFirst(8).dropLast(4)) }
    var said: [(String, String)] = []
    var refused = simulate.keys
    refused[simulate.organizations[0].keyEnv] = wrong
    var limited = simulate.keys
    limited[simulate.organizations[0].keyEnv] = simulate.organizations[0].usageOnlyKey
    for keys in [simulate.keys, refused, limited] {
      for arguments in [
        ["run", "--summary", "json"] + workplace.days, ["run", "--log-format", "json"] + workplace.days,
        ["doctor"],
      ] {
        let result = try workplace.run("unblended", arguments, keys)
        said.append(("standard output of \(arguments[0])", result.outputText))
        said.append(("standard error of \(arguments[0])", result.errorText))
      }
    }
    for (name, bytes) in try workplace.folder.files() {
      let text = name.hasSuffix(".gz") ? try GzipDecoder.decompress(bytes) : bytes
      said.append((name, String(decoding: text, as: UTF8.self)))
    }
    #expect(said.contains { $0.0.hasSuffix(".gz") })
    for (place, text) in said {
      for secret in secrets where text.contains(secret) { Issue.record("a key is in \(place)") }
    }
  }

  /// On a terminal there is progress, on standard error alone.
  @Test(.enabled(if: Python.isAvailable))
  func progressIsForTerminals() throws {
    let script = """
      import os,pty,subprocess,sys
      def run(*more):
          ours, theirs = pty.openpty()
          child = subprocess.Popen(sys.argv[1:] + list(more), stdout=subprocess.PIPE, stderr=theirs)
          os.close(theirs)
          seen = b""
          while True:
              try: piece = os.read(ours, 65536)
              except OSError: break
              if not piece: break
              seen += piece
          out = child.stdout.read()
          print(child.wait(), len(out.splitlines()), b"rows/s" in seen, len(seen) > 0)
      run(); run("--quiet")
      """
    let workplace = try Workplace(simulate)
    let arguments = [
      Programs.folder + "/unblended", "run", "--config", workplace.configuration, "--summary", "json",
    ]
    let lines = try Python.lines(
      script, arguments + workplace.days, environment: Programs.environment(simulate.keys))
    #expect(lines == ["0 1 True True", "0 1 False False"])
  }
}

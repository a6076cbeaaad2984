import Foundation
import TestSupport
import Testing

/// Signals, and two runs at once: real processes.
@Suite(.serialized) struct InterruptionTests {
  private func summary(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func record(_ workplace: Workplace) throws -> [String: Any] {
    let names = try FileManager.default.contentsOfDirectory(atPath: workplace.output + "/runs")
    #expect(names.count == 1, "\(names)")
    return try summary(
      try String(contentsOfFile: workplace.output + "/runs/" + (names.first ?? ""), encoding: .utf8))
  }

  /// All files but those that tell when and how long.
  private func content(_ workplace: Workplace) throws -> [String: [UInt8]] {
    try workplace.folder.files().filter { name, _ in
      name.hasPrefix("output/") && !name.hasPrefix("output/runs/") && !name.hasPrefix("output/.lock")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsARunWithinASecondWithItsWorkKept(signal: Int32) throws {
    let slow = try SimulateProcess(["--latency-ms", "60"])
    let workplace = try Workplace(slow)
    let run = try RunningProgram(
      "unblended", ["run", "--summary", "json"] + workplace.days, slow.keys, folder: workplace.folder.path)
    // Something is fetched, and much is not.
    let raw = workplace.output + "/raw/org=\(slow.organizations[0].name)/dataset=costs"
    #expect(run.wait { FileManager.default.fileExists(atPath: raw) })
    run.send(signal)
    let (status, took) = run.waitForEnd()
    #expect(status == 75 && took < .seconds(1), "\(status) after \(took): \(run.error)")
    let name = signal == SIGTERM ? "SIGTERM" : "SIGINT"
    #expect(run.error.contains("\(name) has come") && run.error.contains("interrupted by \(name)"))
    let told = try summary(run.output)
    #expect(told["interrupted"] as? Bool == true && told["exit_code"] as? Int == 75)
    #expect((told["failures"] as? [[String: Any]])?.count == 1, "\(told["failures"] ?? "")")
    #expect(try record(workplace)["run_id"] as? String == told["run_id"] as? String)
    #expect(!FileManager.default.fileExists(atPath: workplace.output + "/.tmp"))
    #expect(FileManager.default.fileExists(atPath: raw), "what was fetched is kept")

    // The next run ends as if nothing had been.
    #expect(try workplace.run("unblended", ["run"] + workplace.days, slow.keys).status == 0)
    let other = try Workplace(slow)
    #expect(try other.run("unblended", ["run"] + other.days, slow.keys).status == 0)
    let (mended, undisturbed) = (try content(workplace), try content(other))
    #expect(mended.keys.sorted() == undisturbed.keys.sorted())
    for (name, bytes) in undisturbed { #expect(mended[name] == bytes, "\(name)") }
  }

  /// A run that does not hear of its end, because it waits for a file that never opens, is ended all the same.
  @Test func aRunThatCannotStopIsEndedWithItsRecord() throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    let folder = workplace.output + "/raw/org=\(simulate.organizations[0].name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #expect(mkfifo(folder + "/_capabilities.json", 0o600) == 0)
    let run = try RunningProgram(
      "unblended", ["run"] + workplace.days, simulate.keys, folder: workplace.folder.path)
    #expect(run.wait { run.error.contains("run starts") })
    usleep(300_000)
    run.send(SIGTERM)
    let (status, took) = run.waitForEnd()
    #expect(status == 75 && took < .seconds(1), "\(status) after \(took): \(run.error)")
    let record = try record(workplace)
    #expect(record["interrupted"] as? Bool == true && record["exit_code"] as? Int == 75)
  }

  /// The second run ends at once; a lock left by a dead process needs no hand; status needs no lock.
  @Test func twoRunsOnOneOutputExcludeEachOther() throws {
    let slow = try SimulateProcess(["--latency-ms", "5000"])
    let workplace = try Workplace(slow)
    let first = try RunningProgram(
      "unblended", ["run"] + workplace.days, slow.keys, folder: workplace.folder.path)
    #expect(first.wait { first.error.contains("run starts") })
    let start = ContinuousClock.now
    let second = try workplace.run("unblended", ["run", "--summary", "json"] + workplace.days, slow.keys)
    #expect(second.status == 75 && ContinuousClock.now - start < .seconds(2))
    #expect(second.errorText.contains("another run"))
    #expect(try summary(second.outputText)["exit_code"] as? Int == 75)
    #expect(try workplace.run("unblended", ["status"]).status == 0)
    first.send(SIGKILL)
    #expect(first.waitForEnd().status == -SIGKILL)
    #expect(FileManager.default.fileExists(atPath: workplace.output + "/.lock"))
    let third = try workplace.run("normalize", workplace.days)
    #expect(third.status == 65 && !third.errorText.contains("another run"), "\(third.errorText)")
  }

  /// What fails before its first stage has a record, too.
  @Test func everyRunThatHeldItsOutputHasARecord() throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    var keys = simulate.keys
    for name in keys.keys { keys[name] = "sk-admin-wrong" }
    let result = try workplace.run("unblended", ["run"] + workplace.days, keys)
    #expect(result.status == 77)
    #expect(try record(workplace)["exit_code"] as? Int == 77)
  }
}

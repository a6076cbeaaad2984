import Foundation
import TestSupport

/// A program that is watched while it runs, and ended with this value.
final class RunningProgram {
  private let process = Process()
  private let scratch: TemporaryFolder

  init(_ name: String, _ arguments: [String], _ environment: [String: String], folder: String) throws {
    scratch = try TemporaryFolder()
    for file in ["out", "err"] { try scratch.write(file, "") }
    process.executableURL = URL(fileURLWithPath: Programs.folder + "/" + name)
    process.arguments = arguments
    process.environment = Programs.environment(environment)
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path + "/out"))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path + "/err"))
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var output: String { (try? String(contentsOfFile: scratch.path + "/out", encoding: .utf8)) ?? "" }
  var error: String { (try? String(contentsOfFile: scratch.path + "/err", encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for a condition; false after 20 seconds or where the program ends without it.
  func wait(until condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if try condition() { return true }
      if !process.isRunning { return try condition() }
      usleep(10_000)
    }
    return false
  }

  /// Waits for the end.
  /// - Returns: the exit code, or the negative number of the signal that killed it; and how long it took.
  func waitForEnd() -> (status: Int32, took: Duration) {
    let start = ContinuousClock.now
    process.waitUntilExit()
    let status = process.terminationStatus
    return (process.terminationReason == .exit ? status : -status, ContinuousClock.now - start)
  }
}

import Foundation
import Testing

/// Runs a script of the `Reference` folder with python3 and hands back what it prints.
enum PythonReference {
  static let missing: Comment = "python3 is not installed: nothing to compare with"

  /// Whether there is a python3 to run.
  static let isAvailable: Bool = {
    guard let output = try? run(["-c", "print('present')"]) else { return false }
    return output == Array("present\n".utf8)
  }()

  struct Failed: Error {
    let arguments: [String]
    let status: Int32
  }

  /// The output of `python3 Reference/<script> <arguments>`, by lines of space-separated fields.
  static func lines(
    of script: String, _ arguments: String...
  ) throws -> [ArraySlice<UInt8>] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Reference").appendingPathComponent(script).path
    return try run([path] + arguments).split(separator: UInt8(ascii: "\n"))
  }

  private static func run(_ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    // Read first: a child that fills the pipe would never end.
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(arguments: arguments, status: process.terminationStatus)
    }
    return Array(output)
  }
}

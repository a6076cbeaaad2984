import Foundation

/// Runs a program to its end.
public enum Command {
  /// What came of it.
  public struct Result: Sendable {
    public let status: Int32
    public let output: [UInt8]
    public let error: [UInt8]
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: error, as: UTF8.self) }
    /// Lines of standard output.
    public var outputLines: [Substring] { outputText.split(separator: "\n") }
    /// Lines of standard error.
    public var errorLines: [Substring] { errorText.split(separator: "\n") }
  }

  /// - Parameter environment: all of the child's environment; nil for this process's own.
  public static func run(
    _ path: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String]? = nil,
    folder: String? = nil
  ) throws -> Result {
    // Through files: a pipe that nobody reads fills up, and both sides would wait for ever.
    let scratch = try TemporaryFolder()
    let files = ["in", "out", "err"].map { scratch.path + "/" + $0 }
    try Data(input).write(to: URL(fileURLWithPath: files[0]))
    for file in files[1...] { try Data().write(to: URL(fileURLWithPath: file)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let environment { process.environment = environment }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: files[0]))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files[1]))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files[2]))
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: [UInt8](try Data(contentsOf: URL(fileURLWithPath: files[1]))),
      error: [UInt8](try Data(contentsOf: URL(fileURLWithPath: files[2]))))
  }
}

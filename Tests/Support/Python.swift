import Foundation

/// A python3 to compare with: its datetime, gzip, csv, hashlib, json and decimal are the references.
public enum Python {
  /// Whether there is one.
  public static let isAvailable: Bool = (try? run("print('present')")) == Array("present\n".utf8)

  /// The script ended with an error.
  public struct Failed: Error, CustomStringConvertible {
    public let status: Int32
    public let description: String
  }

  /// Runs a script and hands back what it writes to standard output.
  ///
  /// - Parameters:
  ///   - input: its standard input.
  ///   - environment: all of its environment; nil for this process's own.
  public static func run(
    _ script: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String]? = nil
  ) throws -> [UInt8] {
    let result = try Command.run(
      "/usr/bin/env", ["python3", "-c", script] + arguments, input: input, environment: environment)
    guard result.status == 0 else { throw Failed(status: result.status, description: result.errorText) }
    return result.output
  }

  /// The lines that a script writes.
  public static func lines(
    _ script: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String]? = nil
  ) throws -> [Substring] {
    String(decoding: try run(script, arguments, input: input, environment: environment), as: UTF8.self).split(
      separator: "\n")
  }
}

import Diagnostics

/// One thing wrong in a configuration file.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// From 1 on; nil where the whole file is meant.
  public let line: Int?
  /// What is wrong and what was expected; never a value that could be a key.
  public let message: String

  public var description: String { line.map { "line \($0): \(message)" } ?? message }
}

/// The configuration cannot be used. All problems found are listed, not only the first.
public struct ConfigurationError: RecoverableError {
  public let path: String
  public let problems: [ConfigurationProblem]

  public init(path: String, problems: [ConfigurationProblem]) {
    self.path = path
    self.problems = problems
  }

  public init(path: String, _ message: String) {
    self.init(path: path, problems: [ConfigurationProblem(line: nil, message: message)])
  }

  public var recovery: Recovery { .mendConfiguration }
  public var description: String {
    problems.map { problem in
      "\(path)\(problem.line.map { ":\($0)" } ?? ""): \(problem.message)"
    }.joined(separator: "\n")
  }
}

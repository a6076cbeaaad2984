import Diagnostics
import JSONReader
import OpenAIAdmin

/// Reads an organization's admin key from where the configuration says it is kept.
struct KeyReader {
  /// Environment variables, also those of a key command.
  let environment: [String: String]
  var commandTimeLimit = Duration.seconds(30)

  /// - Throws: ``KeyNotFound``.
  func key(of organization: OrganizationConfiguration) async throws -> Secret {
    do {
      switch organization.adminKey {
      case .environment(let name):
        guard let text = environment[name], let line = Self.firstLine(text) else {
          throw KeyProblem("the environment variable \(name) is not set")
        }
        return Secret(line)
      case .file(let path):
        guard let line = Self.firstLine(try KeyFile.read(path).text) else {
          throw KeyProblem("the file \(path) is empty")
        }
        return Secret(line)
      case .command(let arguments):
        let command = KeyCommand(
          arguments: arguments, environment: environment, timeLimit: commandTimeLimit)
        return Secret(try await command.run())
      }
    } catch let problem as KeyProblem {
      throw KeyNotFound(organization: organization.name, problem: problem)
    }
  }

  /// The first line with anything on it, without the white space around it.
  static func firstLine(_ text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      let end = line.lastIndex { !$0.isWhitespace }.map { line.index(after: $0) } ?? line.startIndex
      let word = line[..<end].drop { $0.isWhitespace }
      if !word.isEmpty { return String(word) }
    }
    return nil
  }
}

/// Why a place holds no key.
struct KeyProblem: Error {
  let reason: String
  var recovery = Recovery.mendConfiguration

  init(_ reason: String, recovery: Recovery = .mendConfiguration) {
    self.reason = reason
    self.recovery = recovery
  }
}

/// The place where a key is kept does not hold one, or not safely.
struct KeyNotFound: RecoverableError {
  let organization: String
  let problem: KeyProblem
  var recovery: Recovery { problem.recovery }
  var description: String { "organization \(organization): no admin key: \(problem.reason)" }
}

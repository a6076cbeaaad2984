import TestSupport
import Testing

@testable import Pipeline

/// Files that are no configuration but an attack, or an accident.
@Suite struct YAMLDocumentTests {
  private func problem(_ text: String) -> ConfigurationProblem? {
    do {
      _ = try YAMLDocument.root(text, path: "pipeline.yaml")
      return nil
    } catch let error as ConfigurationError {
      #expect(error.recovery.exitCode == 78)
      return error.problems.first
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test func anchorsAndAliasesMayBeUsed() throws {
    let text = """
      output: out
      organizations:
        - { name: a, id: org-a, base_url: &url https://proxy.example/v1, admin_key: { env: A } }
        - { name: b, id: org-b, base_url: *url, admin_key: { env: B } }
      """
    let read = try ConfigurationReader(environment: [:]).read(text, path: "pipeline.yaml")
    #expect(read.organizations.map(\.baseURL) == ["https://proxy.example/v1", "https://proxy.example/v1"])
  }

  /// Each level holds nine of the one before: 9^10 values in 500 bytes.
  @Test func anAliasBombIsRefusedAtOnce() throws {
    var lines = ["a0: &a0 x"]
    for level in 1...10 {
      let nine = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      lines.append("a\(level): &a\(level) [\(nine)]")
    }
    let began = ContinuousClock.now
    let problem = try #require(self.problem(lines.joined(separator: "\n")))
    #expect(problem.message.contains("more than 1000000 values") && problem.line == 8)
    #expect(ContinuousClock.now - began < .seconds(1))
    // The same as keys would be hashed level by level.
    let keys = lines.prefix(6).joined(separator: "\n") + "\n? *a5\n: x\n"
    #expect(self.problem(keys)?.message.contains("must be plain text") == true)
  }

  /// Counted exactly: the largest document that may be expanded is expanded.
  @Test func expansionsAreCounted() {
    func text(_ aliases: Int) -> String {
      "a: &a [" + [String](repeating: "x", count: 99).joined(separator: ",") + "]\nb: &b ["
        + [String](repeating: "*a", count: 100).joined(separator: ",") + "]\nc: ["
        + [String](repeating: "*b", count: aliases).joined(separator: ",") + "]\n"
    }
    // The mapping, three keys, a of 100, b of 10,001, and c with as many of b.
    let rest = 1 + 3 + 100 + 10_001 + 1
    #expect((YAMLDocument.expandedLimit - rest) / 10_001 == 98)
    #expect(problem(text(98)) == nil)
    #expect(problem(text(99))?.line == 3)
  }

  @Test(arguments: [("[", "]"), ("{a: ", "}")])
  func nestingIsLimited(open: String, close: String) {
    func text(_ depth: Int) -> String {
      String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
    }
    #expect(problem(text(32)) == nil)
    #expect(problem(text(33))?.message == "lists and mappings are nested more than 32 deep")
    #expect(problem(text(100_000)) != nil)
    #expect(problem(String(repeating: open, count: 100_000)) != nil)
  }

  @Test(arguments: ["[a]: 1", "{a: b}: 1", "? [a]\n: 1", "? {a: b}\n: 1", "- [{a: 1}: 2]"])
  func keysAreText(text: String) {
    #expect(problem(text)?.message.contains("a key must be plain text") == true)
  }

  @Test func aFileWithoutEndIsNotRead() throws {
    let folder = try TemporaryFolder()
    let long = try folder.write("long.yaml", "# " + String(repeating: "x", count: YAMLDocument.textLimit))
    for path in [long, "/dev/zero", folder.path] {
      let error = #expect(throws: ConfigurationError.self) {
        try ConfigurationText.read(path, missing: "missing")
      }
      #expect(
        error?.problems.first?.message.contains(path == long ? "larger than" : "no regular file") == true)
      #expect(error?.recovery.exitCode == 78)
    }
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationText.read(folder.path + "/none", missing: "there is none")
    }
    #expect(error?.problems.first?.message == "there is none")
  }

  /// Bytes that are no YAML end in an error with a line or in a document, and never in anything else.
  @Test func whateverIsReadEndsWell() {
    var random = RepeatableGenerator(seed: 5)
    let pieces = [
      "a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&a ", "*a", "? ", "|\n", ">", "'", "\"", "#",
      "!!int ",
      "%YAML 1.1\n", "---\n", "...\n", "\t", "\u{0}", "é", "\\", "<<: *a\n", "@", "`", "=", "~",
    ]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 1...25, using: &random))
        .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
      _ = problem(text)
    }
  }
}

import Diagnostics
import FOCUS
import Testing

@testable import Pipeline

@Suite struct ConfigurationReaderTests {
  private func read(
    _ text: String, path: String = "/etc/unblended/pipeline.yaml", environment: [String: String] = [:]
  ) throws -> Configuration {
    try ConfigurationReader(environment: environment).read(text, path: path)
  }

  /// DESIGN, section 4.
  private static let example = """
    output: output                      # root of raw/, normalized/, focus/, runs/
    organizations:
      - name: acme                      # [a-z0-9-]+, used in paths
        id: org-acme                    # BillingAccountId
        display_name: Acme Corp         # BillingAccountName
        base_url: https://api.openai.com/v1
        admin_key: { env: OPENAI_ADMIN_KEY_ACME }     # or { file: /run/secrets/acme }
    extract:  { lookback_days: 5, retry_budget_seconds: 300 }
    normalize: { attribution: usage-share }           # or none
    load:     { focus_version: "1.3", formats: [csv] }  # 1.2 | 1.3 | 1.4; csv, ndjson, …
    """

  @Test func readsTheExample() throws {
    let configuration = try read(Self.example)
    #expect(configuration.path == "/etc/unblended/pipeline.yaml")
    #expect(configuration.output == "/etc/unblended/output")
    #expect(
      configuration.organizations == [
        OrganizationConfiguration(
          name: "acme", id: "org-acme", displayName: "Acme Corp", baseURL: "https://api.openai.com/v1",
          adminKey: .environment("OPENAI_ADMIN_KEY_ACME"))
      ])
    #expect(configuration.extract.lookbackDays == 5 && configuration.extract.retryBudgetSeconds == 300)
    #expect(configuration.normalize.attribution == .usageShare)
    #expect(configuration.load.focusVersion == .v13 && configuration.load.formats == [.csv])
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let short = try read("output: /data\norganizations: [{ name: a, id: org-a, admin_key: { env: K } }]")
    #expect(short.output == "/data")
    #expect(short.organizations[0].displayName == "a")
    #expect(short.organizations[0].baseURL == "https://api.openai.com/v1")
    let example = try read(Self.example)
    #expect(short.extract == example.extract && short.load == example.load)
    #expect(short.normalize == example.normalize)
    let elsewhere = try read(
      "output: /data\norganizations: [{ name: a, id: org-a, admin_key: { file: keys/a } }]",
      environment: ["OPENAI_BASE_URL": "https://proxy.example/v1/"])
    #expect(elsewhere.organizations[0].baseURL == "https://proxy.example/v1")
    #expect(elsewhere.organizations[0].adminKey == .file("/etc/unblended/keys/a"))
  }

  /// A program is looked up in `PATH`, a path as all paths in the file.
  @Test(arguments: [
    ("[vault, read, -field=key, secret/acme]", ["vault", "read", "-field=key", "secret/acme"]),
    ("[./get-key]", ["/etc/unblended/./get-key"]), ("[/opt/get-key, \"\"]", ["/opt/get-key", ""]),
  ])
  func aKeyMayComeFromAProgram(text: String, command: [String]) throws {
    let read = try read(
      "output: /data\norganizations: [{ name: a, id: org-a, admin_key: { command: \(text) } }]")
    #expect(read.organizations[0].adminKey == .command(command))
  }

  @Test func theMetricsFileIsRelativeToTheConfiguration() throws {
    #expect(try read(Self.example).metrics.textfile == nil)
    let metrics = try read(Self.example + "\nmetrics: { textfile: metrics/unblended.prom }").metrics
    #expect(metrics.textfile == "/etc/unblended/metrics/unblended.prom")
    let error = #expect(throws: ConfigurationError.self) {
      try read(Self.example + "\nmetrics: { textfiles: a, textfile: [b] }")
    }
    #expect(error?.problems.count == 2)
  }

  @Test func fileModesAreOctal() throws {
    #expect(try read(Self.example).fileMode.bits == 0o640)
    for (text, bits) in [("\"0640\"", 0o640), ("0600", 0o600), ("\"664\"", 0o664), ("0660", 0o660)] {
      #expect(try read(Self.example + "\nfile_mode: \(text)").fileMode.bits == UInt32(bits))
    }
  }

  /// Nobody executes, others never write, the owner has to read and write.
  @Test(arguments: [
    "0777", "0444", "0240", "0642", "0646", "0650", "\"0\"", "64", "06400", "\"rw-r-----\"", "0648", "[0640]",
  ])
  func fileModesThatMakeNoSenseAreRefused(text: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try read(Self.example + "\nfile_mode: \(text)")
    }
    #expect(error?.problems.first?.line == 11 && error?.description.contains("file_mode must be") == true)
  }

  /// The example with one line of it replaced.
  private static func example(_ line: Int, _ text: String) -> String {
    var lines = example.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[line - 1] = text
    return lines.joined(separator: "\n")
  }

  /// Every mistake: its line in the file, and words of what was expected.
  @Test(arguments: [
    (1, "", 2, "output is missing"), (1, "output: [a]", 1, "output must be text"),
    (1, "output:", 1, "output must be text"), (1, "outputs: output", 1, "unknown key \"outputs\""),
    (1, "output: a\noutput: b", 1, "twice"), (1, "output: \"a", 10, "YAML"), (1, "\toutput: a", 1, "YAML"),
    (3, "  - nam: acme", 3, "unknown key \"nam\""), (3, "  - id: x", 3, "twice"),
    (3, "  - name: Acme", 3, "a-z"), (3, "  - name: a/b", 3, "a-z"), (3, "  - name: ..", 3, "a-z"),
    (3, "  - name: \"\"", 3, "organizations[0].name must be text"),
    (4, "", 3, "organizations[0].id is missing"), (4, "    id: {}", 4, "organizations[0].id must be text"),
    (6, "    base_url: http://api.openai.com/v1", 6, "https://"),
    (6, "    base_url: ftp://127.0.0.1/v1", 6, "https://"),
    (6, "    base_url: http://127.0.0.1.example.com/v1", 6, "https://"),
    (6, "    base_url: https://user:password@api.openai.com/v1", 6, "without user"),
    (6, "    base_url: https://api.openai.com/v1?x=1", 6, "query"),
    (7, "", 3, "admin_key is missing"), (7, "    admin_key:", 7, "must be { env: NAME }"),
    (7, "    admin_key: {}", 7, "must be { env: NAME }"),
    (7, "    admin_key: { env: A, file: B }", 7, "must be { env: NAME }"),
    (7, "    admin_key: { environment: A }", 7, "unknown key \"environment\""),
    (7, "    admin_key: { command: vault }", 7, "must be a list of a program"),
    (7, "    admin_key: { command: [] }", 7, "must be a list of a program"),
    (7, "    admin_key: { command: [\"\"] }", 7, "must be a list of a program"),
    (7, "    admin_key: { command: [vault, 7] }", 7, "must hold only text"),
    (7, "    admin_key: { command: [vault, [a]] }", 7, "must hold only text"),
    (7, "    admin_key: { command: [\"a\\0b\"] }", 7, "must hold only text"),
    (7, "    admin_key: { command: [vault], env: A }", 7, "must be { env: NAME }"),
    (7, "    admin_key: { command: [echo, sk-admin-x] }", 7, "must be { env: NAME }"),
    (8, "extract: { lookback_days: five }", 8, "whole number from 0 to 366"),
    (8, "extract: { lookback_days: \"5\" }", 8, "whole number"),
    (8, "extract: { lookback_days: 5.0 }", 8, "whole number"),
    (8, "extract: { lookback_days: -1 }", 8, "whole number"),
    (8, "extract: { lookback_days: 367 }", 8, "whole number"),
    (8, "extract: { lookback: 5 }", 8, "expected one of lookback_days"),
    (8, "extract: 5", 8, "must be a mapping"),
    (8, "extract: { requests_in_flight: 0 }", 8, "from 1 to"),
    (9, "normalize: { attribution: fair }", 9, "must be one of usage-share, none"),
    (9, "normalise: {}", 9, "unknown key \"normalise\""),
    (10, "load: { focus_version: \"1.1\" }", 10, "must be one of 1.2, 1.3, 1.4"),
    (10, "load: { formats: csv }", 10, "must be a list"), (10, "load: { formats: [] }", 10, "must be a list"),
    (10, "load: { formats: [xlsx] }", 10, "must hold only csv"),
    (10, "load: { formats: [csv, csv] }", 10, "twice"),
    (10, "load: { spreadsheet: maybe }", 10, "true or false"),
    (10, "load: { exports: [cloudzero] }", 10, "must hold only finops-hub, vantage, datadog"),
    (10, "load: { exports: vantage }", 10, "must be a list"), (10, "load: { duckdb: 1 }", 10, "must be text"),
    (1, "output: true", 1, "must be text"), (4, "    id: 12345", 4, "must be text"),
    (4, "    id: sk-admin-x", 4, "looks like an admin key"),
    (
      7,
      "    admin_key: { env: KEY }\n  - name: other\n    id: org-other\n    base_url: https://api.openai.com/v1\n"
        + "    admin_key: { env: KEY }", 11, "counted twice"
    ),
  ])
  func aMistakeIsToldWithItsLine(line: Int, text: String, reported: Int, words: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try read(Self.example(line, text)) }
    let found = try #require(error)
    #expect(found.recovery == .mendConfiguration && found.recovery.exitCode == 78)
    let lines = found.description.split(separator: "\n")
    #expect(
      lines.contains { $0.hasPrefix("/etc/unblended/pipeline.yaml:\(reported): ") && $0.contains(words) },
      "\(found.description)")
  }

  @Test(arguments: ["", "# nothing", "7", "[]", "organizations: []", "output: x\norganizations: acme"])
  func whatIsNoConfigurationIsRefused(text: String) {
    #expect(throws: ConfigurationError.self) { try read(text) }
  }

  @Test(arguments: [("name: acme", "id: org-2", "name"), ("name: b", "id: org-acme", "id")])
  func twoOrganizationsMustDiffer(name: String, id: String, field: String) throws {
    let text = Self.example(8, "  - \(name)\n    \(id)\n    admin_key: { env: B }")
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.message.contains("\(field) ") == true)
    #expect(error?.problems.first?.message.contains("twice") == true)
    #expect(error?.problems.first?.line == (field == "name" ? 8 : 9))
  }

  @Test func allMistakesAreToldAtOnce() throws {
    let text =
      "outputs: x\norganizations:\n  - name: A\n    id: x\n    admin_key: k\nextract: { lookback_days: x }\n"
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    let problems = try #require(error?.problems)
    #expect(problems.count >= 4)
    let lines = problems.map { $0.line ?? 0 }
    #expect(lines == lines.sorted())
  }

  /// A key in the file is refused, wherever it stands, and never shown.
  @Test(arguments: [
    (7, "    admin_key: sk-admin-0123456789abcdef"), (7, "    admin_key: { key: sk-admin-0123456789abcdef }"),
    (7, "    admin_key: [sk-admin-0123456789abcdef]"), (7, "    admin_key: { sk-admin-0123456789abcdef }"),
    (7, "    admin_key: { env: { a: sk-admin-0123456789abcdef } }"),
    (7, "    admin_key: { env: sk-admin-0123456789abcdef }"), (7, "    sk-admin-0123456789abcdef: x"),
    (7, "    admin_key: \"sk-admin-0123456789abcdef"), (3, "  - name: sk-admin-0123456789abcdef_X"),
    (8, "  - name: acme\n    id: sk-admin-0123456789abcdef"), (8, "extract: sk-admin-0123456789abcdef"),
    (7, "    admin_key: { file: sk-admin-0123456789abcdef }"),
    (7, "    admin_key: { command: [sk-admin-0123456789abcdef] }"),
    (7, "    admin_key: { command: [echo, sk-admin-0123456789abcdef] }"),
    (8, "sk-admin-0123456789abcdef: 1\nsk-admin-0123456789abcdef: 2"), (9, "sk-admin-0123456789abcdef"),
    (6, "    base_url: https://sk-admin-0123456789abcdef@api.openai.com/v1"),
  ])
  func aKeyInTheFileIsRefusedAndNotShown(line: Int, text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try read(Self.example(line, text)) }
    let found = try #require(error)
    #expect(!found.description.contains("0123456789"), "\(found.description)")
  }
}

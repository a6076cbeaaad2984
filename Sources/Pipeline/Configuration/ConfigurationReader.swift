import FOCUS
import Staging
import Yams

/// Reads `pipeline.yaml`: every problem with its line and what was expected, all at once.
public struct ConfigurationReader {
  /// Environment variables, e.g. `OPENAI_BASE_URL`, the default of `base_url`.
  private let environment: [String: String]

  public init(environment: [String: String]) { self.environment = environment }

  static let defaultBaseURL = "https://api.openai.com/v1"

  /// - Parameters:
  ///   - text: the file's content.
  ///   - path: the file's path; a relative `output` or key file is relative to its folder.
  /// - Throws: ``ConfigurationError``.
  public func read(_ text: String, path: String) throws -> Configuration {
    let problems = ProblemList()
    let root = try YAMLDocument.root(text, path: path)
    guard let top = YAMLMapping(root, path: "the file", problems: problems) else {
      throw ConfigurationError(path: path, problems: problems.problems)
    }
    top.allow([
      "output", "stores", "object_storage", "s3", "gcs", "organizations", "extract", "normalize", "load",
      "file_mode", "metrics",
    ])
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) }
    var configuration = Configuration(
      path: path,
      output: Self.resolve(top.requiredText("output") ?? "", in: folder),
      organizations: organizations(top, problems, folder: folder),
      extract: extract(top), normalize: normalize(top), load: try load(top, folder: folder),
      fileMode: fileMode(top), metrics: metrics(top, folder: folder))
    readStores(top, folder: folder, into: &configuration)
    guard problems.problems.isEmpty else {
      throw ConfigurationError(
        path: path, problems: problems.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return configuration
  }

  private func organizations(
    _ top: YAMLMapping, _ problems: ProblemList, folder: String?
  ) -> [OrganizationConfiguration] {
    guard let node = top.node("organizations") else {
      top.problem("organizations", "is missing: name at least one")
      return []
    }
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      top.problem("organizations", "must be a list with at least one organization")
      return []
    }
    var result: [OrganizationConfiguration] = []
    for (index, item) in sequence.enumerated() {
      guard let mapping = YAMLMapping(item, path: "organizations[\(index)]", problems: problems),
        let organization = organization(mapping, folder: folder)
      else { continue }
      if result.contains(where: { $0.name == organization.name }) {
        mapping.problem("name", "\"\(organization.name)\" is used twice; names must differ")
      }
      if result.contains(where: { $0.id == organization.id }) {
        mapping.problem("id", "\"\(organization.id)\" is used twice; its spend would be counted twice")
      }
      if result.contains(where: { $0.adminKey == organization.adminKey && $0.baseURL == organization.baseURL }
      ) {
        mapping.problem("admin_key", "is that of another organization; the same spend would be counted twice")
      }
      result.append(organization)
    }
    return result
  }

  private func organization(_ mapping: YAMLMapping, folder: String?) -> OrganizationConfiguration? {
    mapping.allow(["name", "id", "display_name", "base_url", "admin_key"])
    let name = mapping.requiredText("name")
    if let name, !name.utf8.allSatisfy(Self.isNameByte) || name.utf8.count > 100 {
      mapping.problem("name", "must be made of a-z, 0-9 and - only, at most 100 of them: it is used in paths")
      return nil
    }
    let id = mapping.requiredText("id")
    if let id, SecretText.mayBe(id) {
      mapping.problem("id", "looks like an admin key; it must be the organization's id, org-…")
      return nil
    }
    let baseURL = mapping.text("base_url") ?? environment["OPENAI_BASE_URL"] ?? Self.defaultBaseURL
    if !Self.isAcceptable(baseURL) {
      mapping.problem(
        "base_url", "must be an https:// address (http:// only on loopback) without user or query")
    }
    let key = keySource(mapping, folder: folder)
    guard let name, let id, let key else { return nil }
    return OrganizationConfiguration(
      name: name, id: id, displayName: mapping.text("display_name") ?? name,
      baseURL: baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL, adminKey: key)
  }

  private func keySource(_ organization: YAMLMapping, folder: String?) -> KeySource? {
    let expected =
      "must be { env: NAME }, { file: PATH } or { command: [PROGRAM, …] }; a key is never written in this file"
    guard let node = organization.node("admin_key") else {
      organization.problem("admin_key", "is missing: it \(expected)")
      return nil
    }
    guard case .mapping = node, let mapping = organization.mapping("admin_key") else {
      organization.problem("admin_key", expected)
      return nil
    }
    mapping.allow(["env", "file", "command"])
    switch (mapping.text("env"), mapping.text("file"), mapping.texts("command")) {
    // What is no name of a variable may well be the key itself, and would be told once it is not set.
    case (let name?, nil, nil) where Self.isVariable(name): return .environment(name)
    case (nil, let file?, nil) where !SecretText.mayBe(file): return .file(Self.resolve(file, in: folder))
    // Anybody on the machine can see a program's arguments.
    case (nil, nil, let command?) where !command.contains(where: SecretText.mayBe):
      let program = command[0].contains("/") ? Self.resolve(command[0], in: folder) : command[0]
      return .command([program] + command.dropFirst())
    default:
      organization.problem("admin_key", expected)
      return nil
    }
  }

  private func extract(_ top: YAMLMapping) -> ExtractConfiguration {
    var result = ExtractConfiguration()
    guard let mapping = top.mapping("extract") else { return result }
    mapping.allow([
      "lookback_days", "previous_month_days", "retry_budget_seconds", "requests_in_flight",
      "days_per_request",
    ])
    result.lookbackDays = mapping.integer("lookback_days", in: 0...366) ?? result.lookbackDays
    result.previousMonthDays = mapping.integer("previous_month_days", in: 0...28) ?? result.previousMonthDays
    result.retryBudgetSeconds =
      mapping.integer("retry_budget_seconds", in: 0...86_400) ?? result.retryBudgetSeconds
    result.requestsInFlight = mapping.integer("requests_in_flight", in: 1...256) ?? result.requestsInFlight
    result.daysPerRequest = mapping.integer("days_per_request", in: 1...31) ?? result.daysPerRequest
    return result
  }

  private func normalize(_ top: YAMLMapping) -> NormalizeConfiguration {
    var result = NormalizeConfiguration()
    guard let mapping = top.mapping("normalize") else { return result }
    mapping.allow(["attribution"])
    result.attribution =
      mapping.choice("attribution", of: NormalizeConfiguration.Attribution.self) ?? result.attribution
    return result
  }

  /// - Throws: what ``ColumnTable`` throws, which is a bug and nothing in the file.
  private func load(_ top: YAMLMapping, folder: String?) throws -> LoadConfiguration {
    var result = LoadConfiguration()
    guard let mapping = top.mapping("load") else { return result }
    mapping.allow([
      "focus_version", "formats", "columns", "spreadsheet", "shrink_guard_percent", "price_list", "duckdb",
      "exports",
    ])
    result.focusVersion = mapping.choice("focus_version", of: FOCUSVersion.self) ?? result.focusVersion
    result.formats = mapping.choices("formats", of: DeliveryFormat.self) ?? result.formats
    let known = Set(try ColumnTable.embedded().columns(of: result.focusVersion).map(\.name))
    result.columns = mapping.names(
      "columns", from: known, of: "columns of FOCUS \(result.focusVersion.rawValue) or its x_ columns",
      example: "[BilledCost, ChargePeriodStart, x_ModelId]")
    result.spreadsheet = mapping.boolean("spreadsheet") ?? result.spreadsheet
    result.shrinkGuardPercent =
      mapping.integer("shrink_guard_percent", in: 0...100) ?? result.shrinkGuardPercent
    result.priceList = mapping.text("price_list").map { Self.resolve($0, in: folder) }
    if let program = mapping.text("duckdb") {
      result.duckdb = program.contains("/") ? Self.resolve(program, in: folder) : program
    }
    result.exports = mapping.choices("exports", of: ExportPreset.self) ?? result.exports
    return result
  }

  private func metrics(_ top: YAMLMapping, folder: String?) -> MetricsConfiguration {
    guard let mapping = top.mapping("metrics") else { return MetricsConfiguration() }
    mapping.allow(["textfile"])
    return MetricsConfiguration(textfile: mapping.text("textfile").map { Self.resolve($0, in: folder) })
  }

  private func fileMode(_ top: YAMLMapping) -> FileMode {
    guard let text = top.literal("file_mode") else { return .standard }
    if let mode = FileMode(octal: text) { return mode }
    top.problem(
      "file_mode",
      "must be permission bits, e.g. \"0640\": the owner reads and writes, nobody executes, others never write"
    )
    return .standard
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
  }

  /// POSIX: letters, digits and underscores, no digit first.
  private static func isVariable(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
  }

  /// A first look, so that a mistake is told with its line; the HTTP client decides for itself.
  private static func isAcceptable(_ url: String) -> Bool {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !url.contains("@"), !url.contains("?"),
      !url.contains("#")
    else { return false }
    if url.hasPrefix("https://") { return url.utf8.count > 8 }
    guard url.hasPrefix("http://") else { return false }
    let authority = url.dropFirst(7).prefix { $0 != "/" }
    let host =
      authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    return host == "localhost" || host == "[::1]" || isLoopback
  }

  static func resolve(_ path: String, in folder: String?) -> String {
    guard let folder, !path.hasPrefix("/"), !path.contains("://") else { return path }
    return folder + "/" + path
  }

  static func explain(_ error: YamlError) -> ConfigurationProblem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationProblem(line: mark.line, message: "not readable as YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      ConfigurationProblem(
        line: context.mark.line,
        message: "a key is given twice: "
          + duplicates.map { SecretText.masked($0) }.joined(separator: ", "))
    default: ConfigurationProblem(line: nil, message: "not readable as YAML")
    }
  }
}

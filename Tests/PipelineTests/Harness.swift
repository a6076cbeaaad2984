import Diagnostics
import Foundation
import Logging
import OpenAIAdmin
import Pipeline
import Simulator
import Staging
import TestSupport
import Testing

/// A pipeline in this process: a configuration, a store, and something that answers its requests.
struct Harness {
  var configuration: Configuration
  let store: any Store
  let transport: any HTTPClient
  let environment: [String: String]
  var today: Day

  /// - Parameter settings: lines of `pipeline.yaml` behind the organizations.
  init(
    organizations: [(name: String, baseURL: String, key: String)], transport: any HTTPClient,
    store: any Store = MemoryStore(), today: String, settings: String = ""
  ) throws {
    var text = "output: output\norganizations:\n"
    var environment: [String: String] = [:]
    for organization in organizations {
      let variable = "KEY_" + organization.name.uppercased()
      text += "  - name: \(organization.name)\n    id: org-\(organization.name)\n"
      text += "    display_name: \(organization.name.capitalized) Corp\n"
      text += "    base_url: \(organization.baseURL)\n    admin_key: { env: \(variable) }\n"
      environment[variable] = organization.key
    }
    // A test does not wait: what fails once has failed.
    text += settings.contains("extract:") ? "" : "extract: { lookback_days: 3, retry_budget_seconds: 0 }\n"
    configuration = try ConfigurationReader(environment: [:]).read(text + settings, path: "pipeline.yaml")
    self.environment = environment
    self.transport = transport
    self.store = store
    self.today = try #require(Day(today))
  }

  /// - Parameters:
  ///   - only: names of organizations; all if nil.
  ///   - export: what extract reads in place of the API.
  ///   - acceptsShrink: `--accept-shrink`.
  func run(
    _ stages: [Stage] = Stage.allCases, from: String, to: String, only: [String]? = nil,
    export: DashboardExport? = nil, acceptsShrink: Bool = false
  ) async throws -> RunReport {
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let diagnostics = DiagnosticsCollector()
    let client = APIClientFactory(
      transport: transport, configuration: configuration, environment: environment, logger: logger,
      diagnostics: diagnostics)
    var scope = RunScope(
      window: DayRange(from: try #require(Day(from)), to: try #require(Day(to))),
      organizations: configuration.organizations.filter { only?.contains($0.name) ?? true }, today: today)
    scope.acceptsShrink = acceptsShrink
    return await PipelineRun(
      configuration: configuration,
      context: StageContext(store: store, diagnostics: diagnostics, logger: logger), client: client,
      clock: UTCClock(fixedAt: today)
    ).run(stages, scope, command: "run", from: export)
  }

  /// Every object but the run records, which tell when and how long.
  func content() async throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for folder in ["raw", "names", "normalized", "focus", "spreadsheet"] {
      for object in try await store.list(folder) { result[object.key] = try await store.read(object.key) }
    }
    return result
  }

  func manifest(_ month: String) async throws -> Manifest? {
    let key = Layout.manifest(try #require(Month(month)))
    guard let bytes = try await store.read(key) else { return nil }
    return try Manifest(sealed: bytes, path: key)
  }

  /// The delivered CSV rows of a month as text by column, null columns absent.
  func delivered(_ month: String, organization: String? = nil, date: String? = nil) async throws -> [[String:
    String]]
  {
    var rows: [[String: String]] = []
    for file in try await manifest(month)?.files ?? [] where file.format == "csv" {
      if organization ?? file.organization != file.organization || date ?? file.date != file.date { continue }
      let bytes = try await store.readExisting("focus/" + file.path)
      let text = try GzipDecoder.decompress(bytes)
      let header = String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self).split(separator: ",").map(
        String.init)
      try CSVReader.forEachRecord(ofGzip: bytes, path: file.path, header: header) { record in
        var row: [String: String] = [:]
        for (index, name) in header.enumerated() { row[name] = record.text(index) }
        rows.append(row)
      }
    }
    return rows
  }
}

/// Keys of two snapshots whose bytes differ, to be shown where they should not.
func differing(_ one: [String: [UInt8]], _ other: [String: [UInt8]]) -> [String] {
  Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}

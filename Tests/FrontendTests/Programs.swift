import Foundation
import TestSupport
import Testing

/// The built executables, which lie beside the test bundle.
enum Programs {
  static let all = pipeline + ["simulate"]
  static let pipeline = ["extract", "normalize", "load", "unblended"]

  static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

  /// The environment without keys, proxies and settings of whoever runs the tests.
  static func environment(_ more: [String: String]) -> [String: String] {
    let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("OPENAI_") && !name.hasPrefix("UNBLENDED_") && !name.lowercased().hasSuffix("_proxy")
    }
    return inherited.merging(["UNBLENDED_TODAY": "2026-11-20"]) { $1 }.merging(more) { $1 }
  }

  static func run(
    _ name: String, _ arguments: [String], _ environment: [String: String] = [:], folder: String? = nil
  ) throws -> Command.Result {
    let path = Self.folder + "/" + name
    try #require(FileManager.default.isExecutableFile(atPath: path), "build \(name) first: \(path)")
    return try Command.run(path, arguments, environment: Self.environment(environment), folder: folder)
  }
}

/// `simulate` as a process of its own, which ends with this value.
final class SimulateProcess: Sendable {
  struct Announcement: Decodable {
    struct Organization: Decodable {
      let name: String
      let id: String
      let key: String
      let keyEnv: String
      let usageOnlyKey: String
      let managementOnlyKey: String
    }
    let baseUrl: String
    let organizations: [Organization]
  }

  let announcement: Announcement
  private let identifier: Int32

  init(_ arguments: [String] = []) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Programs.folder + "/simulate")
    process.arguments =
      [
        "--port", "0", "--today", "2026-11-20", "--days", "20", "--projects", "3", "--users", "4", "--keys",
        "2",
        "--models", "3", "--rows", "10",
      ] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.environment = Programs.environment([:])
    try process.run()
    identifier = process.processIdentifier
    var line = Data()
    while !line.contains(0x0A), case let more = pipe.fileHandleForReading.availableData, !more.isEmpty {
      line += more
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    announcement = try decoder.decode(Announcement.self, from: line)
  }

  deinit { kill(identifier, SIGTERM) }

  var organizations: [Announcement.Organization] { announcement.organizations }

  /// The variables that hold the keys which may read everything.
  var keys: [String: String] {
    Dictionary(uniqueKeysWithValues: organizations.map { ($0.keyEnv, $0.key) })
  }
}

/// A folder with a configuration, in which programs are run.
struct Workplace {
  let folder: TemporaryFolder
  var configuration: String { folder.path + "/pipeline.yaml" }
  var output: String { folder.path + "/output" }
  let days = ["--from", "2026-11-17", "--to", "2026-11-20"]

  /// - Parameter text: of `pipeline.yaml`.
  init(_ text: String) throws {
    folder = try TemporaryFolder()
    try folder.write("pipeline.yaml", text)
  }

  init(_ simulate: SimulateProcess, budget: Int = 60) throws {
    let organizations = simulate.organizations.map { ($0.name, simulate.announcement.baseUrl, $0.keyEnv) }
    try self.init(Self.text(organizations, budget: budget))
  }

  static func text(_ organizations: [(name: String, url: String, variable: String)], budget: Int) -> String {
    "output: output\norganizations:\n"
      + organizations.map {
        "  - { name: \($0.name), id: org-\($0.name), base_url: \"\($0.url)\", admin_key: { env: \($0.variable) } }\n"
      }.joined() + "extract: { lookback_days: 3, retry_budget_seconds: \(budget) }\n"
  }

  func run(
    _ name: String, _ arguments: [String], _ environment: [String: String] = [:]
  ) throws -> Command.Result {
    try Programs.run(name, arguments, environment, folder: folder.path)
  }

  /// The files of the output, compressed ones unpacked.
  func content() throws -> [String: String] {
    try folder.files().mapValues { String(decoding: $0, as: UTF8.self) }
  }
}

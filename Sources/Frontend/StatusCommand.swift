import ArgumentParser
import Diagnostics
import Pipeline
import Staging

/// `unblended status`: what is there, and how stale it is.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tell what is fetched, settled, open, degraded and missing, and how stale it is.",
    discussion: """
      Reads manifests and run records only: no key, no network, and no lock, so that it can be asked while a run is
      at work. The exit code is 0 whatever is found.

      EXAMPLES
        unblended status
        unblended status --org acme --format json
      """)

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config = "pipeline.yaml"

  @Option(
    name: .customLong("org"),
    help: ArgumentHelp("Only this organization; may be repeated.", valueName: "name"))
  var organizations: [String] = []

  @Option(help: "What is printed to standard output: table or json (one line).")
  var format = StatusFormat.table

  func run() async throws {
    do {
      let configuration = try ConfigurationFile.read(config)
      let known = configuration.organizations.map(\.name)
      for name in organizations where !known.contains(name) {
        throw ValidationError("--org \(name) is not in \(config); it names \(known.joined(separator: ", ")).")
      }
      let status = try await PipelineStatus.read(
        OutputStores(
          configuration, environment: ConfigurationFile.environment, diagnostics: DiagnosticsCollector()
        ).store,
        configuration.organizations.filter { organizations.isEmpty || organizations.contains($0.name) },
        today: try ConfigurationFile.clock().today)
      switch format {
      case .table: try StandardStreams.writeSummary(StatusTable(status: status).text)
      case .json:
        let line = try DeterministicJSON.encode(status, onOneLine: true)
        try StandardStreams.writeSummary(String(decoding: line, as: UTF8.self))
      }
    } catch let error as any RecoverableError {
      StandardStreams.writeError("status: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }
}

enum StatusFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case table
  case json
}

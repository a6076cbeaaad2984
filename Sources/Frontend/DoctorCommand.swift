import ArgumentParser
import Diagnostics
import Pipeline
import Staging

/// `unblended doctor`: what works, what does not, how to mend it.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check configuration, keys, scopes, clock and space; say what is wrong and how to mend it.",
    discussion: """
      Sends a few small GET requests for each organization and writes nothing there. Ends with the exit code that
      a run would end with.

      EXAMPLES
        unblended doctor
        unblended doctor --config /etc/unblended/pipeline.yaml --org acme
      """)

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config = "pipeline.yaml"

  @Option(
    name: .customLong("org"),
    help: ArgumentHelp("Only this organization; may be repeated.", valueName: "name"))
  var organizations: [String] = []

  func run() async throws {
    do { try await check() } catch let error as any RecoverableError {
      StandardStreams.writeOutput("bad   configuration  \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  /// - Throws: what keeps it from checking anything at all.
  private func check() async throws {
    CoreDumps.forbid()
    let configuration = try ConfigurationFile.read(config)
    for name in organizations where !configuration.organizations.contains(where: { $0.name == name }) {
      throw ValidationError("--org \(name) is not in \(config).")
    }
    let logger = StageCommand.makeLogger(.text, quiet: true, label: "doctor")
    let diagnostics = DiagnosticsCollector()
    let client = try APIClientFactory(
      configuration: configuration, environment: ConfigurationFile.environment, logger: logger,
      diagnostics: diagnostics)
    let clock = try ConfigurationFile.clock()
    let doctor = Doctor(configuration: configuration, client: client, clock: clock)
    var findings = await doctor.checkSurroundings(environment: ConfigurationFile.environment)
    Self.print(findings)
    for organization in configuration.organizations
    where organizations.isEmpty || organizations.contains(organization.name) {
      let found = await doctor.check(organization)
      Self.print(found)
      findings += found
    }
    if let worst = Recovery.worst(findings.compactMap(\.recovery)) { throw ExitCode(worst.exitCode) }
  }

  private static func print(_ findings: [Finding]) {
    for finding in findings {
      let mark =
        switch finding.verdict {
        case .works: "ok  "
        case .limited: "note"
        case .fails: "bad "
        }
      StandardStreams.writeOutput("\(mark)  \(finding.subject): \(finding.message)\n")
      if let mend = finding.mend { StandardStreams.writeOutput("      → \(mend)\n") }
    }
  }
}

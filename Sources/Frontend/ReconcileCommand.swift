import ArgumentParser
import Diagnostics
import Pipeline
import Spend
import Staging

/// `unblended reconcile`: a month's money, source beside source, up to the invoice.
struct ReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Set a month's API total, delivery, dashboard CSV and invoice side by side.",
    discussion: """
      Tells, for each organization and currency, what the Costs API, the cost lines, the charges, the delivered files
      and, where given, the dashboard's CSV and the invoices come to, and explains each difference line by line.
      Reads only; needs no key and no network.

      EXAMPLES
        unblended reconcile --month 2026-10
        unblended reconcile --month 2026-10 --invoice invoices.yaml
        unblended reconcile --month 2026-10 --org acme --dashboard costs.csv --invoice invoices.csv
        unblended reconcile --month 2026-10 --invoice invoices.yaml --format markdown >>"$GITHUB_STEP_SUMMARY"

      EXIT CODES
        0 it closes within the tolerance   1 it does not   64 usage   65 damaged data or a refused CSV
        74 I/O error   78 bad configuration or invoice file
      """)

  @Option(help: ArgumentHelp("The billing month: YYYY-MM.", valueName: "month"))
  var month: Month

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config = "pipeline.yaml"

  @Option(
    name: .customLong("org"),
    help: ArgumentHelp("Only this organization; may be repeated.", valueName: "name"))
  var organizations: [String] = []

  @Option(
    help: ArgumentHelp(
      "Invoices of any number of organizations and months, .yaml or .csv; see docs/reconcile.md.",
      valueName: "file"))
  var invoice: String?

  @Option(
    name: .customLong("dashboard"),
    help: ArgumentHelp(
      "A CSV downloaded from OpenAI's dashboard (plain or .gz): FILE where one organization is covered, else "
        + "NAME=FILE; may be repeated.", valueName: "file"))
  var dashboards: [String] = []

  @Option(
    help: ArgumentHelp("Differences up to this amount close, by day and in all.", valueName: "amount"))
  var tolerance = ExactDecimal(significand: 1, exponent: -2)

  @Option(help: "What is printed to standard output: table, json (one line), csv or markdown.")
  var format = DiffFormat.table

  func validate() throws {
    if tolerance.isNegative { throw ValidationError("--tolerance must not be negative.") }
  }

  func run() async throws {
    do {
      let configuration = try ConfigurationFile.read(config)
      let covered = try covered(configuration)
      let invoices = try invoice.map { try InvoiceFile.read($0, configuration.organizations) }
      let stores = try OutputStores(
        configuration, environment: ConfigurationFile.environment, diagnostics: DiagnosticsCollector())
      let result = try await Reconciler(
        store: stores.store, month: month, today: ConfigurationFile.clock().today, tolerance: tolerance
      ).run(covered, dashboards: exports(covered), invoices: invoices)
      try StandardStreams.writeSummary(ReconcileOutput(result: result).text(format))
      if !result.closes { throw ExitCode(1) }
    } catch let error as any RecoverableError {
      StandardStreams.writeError("reconcile: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  private func covered(_ configuration: Configuration) throws -> [OrganizationConfiguration] {
    let names = configuration.organizations.map(\.name)
    for name in organizations where !names.contains(name) {
      throw ValidationError("--org \(name) is not in \(config); it names \(names.joined(separator: ", ")).")
    }
    return configuration.organizations.filter { organizations.isEmpty || organizations.contains($0.name) }
  }

  /// The dashboard files by organization.
  private func exports(_ covered: [OrganizationConfiguration]) throws -> [String: DashboardExport] {
    var exports: [String: DashboardExport] = [:]
    for text in dashboards {
      let pieces = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isNamed = pieces.count == 2 && covered.contains { $0.name == pieces[0] }
      guard let name = isNamed ? String(pieces[0]) : covered.count == 1 ? covered.first?.name : nil else {
        throw ValidationError(
          "--dashboard \(text) does not say whose costs it holds: give NAME=FILE or one --org.")
      }
      let path = isNamed ? String(pieces[1]) : text
      if exports[name] != nil { throw ValidationError("--dashboard is given twice for \(name).") }
      guard let content = try LocalFile.bytes(path) else {
        throw ValidationError("--dashboard \(path): there is no such file.")
      }
      exports[name] = DashboardExport(path: path, content: content)
    }
    return exports
  }
}

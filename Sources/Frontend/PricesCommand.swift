import ArgumentParser
import Diagnostics
import Pipeline
import Staging

/// `unblended prices`: what a price list is good for beside the delivery.
struct PricesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "Work with the price list that the configuration names.",
    subcommands: [PricesCheckCommand.self])
}

/// `unblended prices check`: list price × quantity beside what was billed.
struct PricesCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare what was billed with the price list, line item by line item.",
    discussion: """
      Reads normalized/ and the file that load.price_list names, and writes nothing. The largest differences come
      first: discounts are below 0, surprises above. Money that has no list price is listed and not compared. The
      exit code is 0 whatever is found.

      EXAMPLES
        unblended prices check --from 2026-11-01 --to 2026-12-01
        unblended prices check --org acme --format csv >prices.csv
      """)

  @OptionGroup var scope: ScopeOptions

  @Option(help: "What is printed to standard output: table, json (one line) or csv.")
  var format = PriceCheckFormat.table

  func run() async throws {
    do {
      let configuration = try ConfigurationFile.read(scope.config)
      guard let path = configuration.load.priceList else {
        throw ConfigurationError(
          path: scope.config, "there is no price list to compare with; name one with load.price_list")
      }
      let context = StageContext(
        store: try OutputStores(
          configuration, environment: ConfigurationFile.environment, diagnostics: DiagnosticsCollector()
        ).store, diagnostics: DiagnosticsCollector(),
        logger: StageCommand.makeLogger(.text, quiet: true, label: "prices"))
      let report = try await PriceCheck(context: context, priceList: PriceListFile.read(path)).run(
        scope.scope(configuration, today: ConfigurationFile.clock().today))
      StandardStreams.writeOutput(try text(of: report))
    } catch let error as any RecoverableError {
      StandardStreams.writeError("prices check: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  private func text(of report: PriceCheckReport) throws -> String {
    switch format {
    case .table: PriceCheckTable(report: report).text
    case .json: String(decoding: try DeterministicJSON.encode(report, onOneLine: true), as: UTF8.self)
    case .csv: String(decoding: report.csv, as: UTF8.self)
    }
  }
}

enum PriceCheckFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case table
  case json
  case csv
}

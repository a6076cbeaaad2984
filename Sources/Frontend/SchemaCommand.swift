import ArgumentParser
import Diagnostics
import FOCUS
import Pipeline
import Staging

/// `unblended schema`: the statements that load deliveries into a warehouse.
struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the table for a warehouse, and the statements that replace a month in it.",
    discussion: """
      Decimals are exact, date-times are UTC. The statements can be run again and again: a month is replaced as a whole,
      from the files that its manifest lists, and only if they sum to the manifest's control totals. Without a
      delivery, all CSV files of the month's folder are taken. Sends and writes nothing.

      EXAMPLES
        unblended schema --dialect postgres | psql costs
        unblended schema --dialect duckdb --month 2026-10 --month 2026-11 | duckdb costs.duckdb
        unblended schema --dialect bigquery --location gs://acme-costs/focus --table finance.cost_and_usage
        unblended schema --dialect snowflake --focus-version 1.3
      """)

  @Option(help: "duckdb, postgres, clickhouse, bigquery, snowflake, redshift or spark.")
  var dialect: WarehouseDialect

  @Option(help: ArgumentHelp("The configuration file. (default: pipeline.yaml)", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp("All columns of a FOCUS version, without a configuration.", valueName: "version"))
  var focusVersion: FOCUSVersion?

  @Option(help: ArgumentHelp("The table's name, e.g. finance.cost_and_usage.", valueName: "name"))
  var table = "cost_and_usage"

  @Option(
    name: .customLong("month"),
    help: ArgumentHelp(
      "Billing month to load: YYYY-MM; may be repeated. Without it: the current one.", valueName: "month"))
  var months: [Month] = []

  @Option(
    help: ArgumentHelp(
      "Where the warehouse finds the focus/ folder: a path, s3://…, gs://… or @stage/…. Without it: the output's.",
      valueName: "path"))
  var location: String?

  @Option(
    help: ArgumentHelp(
      "Digits behind the point of amounts, where decimals have 38 digits in all. (default: 28)",
      valueName: "digits"))
  var scale: Int?

  func validate() throws {
    if config != nil, focusVersion != nil {
      throw ValidationError(
        "--config and --focus-version exclude each other: the configuration has a version.")
    }
  }

  func run() async throws {
    do { StandardStreams.writeOutput(try await text()) } catch let error as any RecoverableError {
      StandardStreams.writeError("schema: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  private func text() async throws -> String {
    let configuration = focusVersion == nil ? try ConfigurationFile.read(config ?? "pipeline.yaml") : nil
    let output = configuration.map { $0.stores.focus ?? $0.output } ?? "output"
    let statements = try WarehouseStatements(
      dialect,
      columns: try ColumnTable.embedded().columns(
        of: configuration?.load.focusVersion ?? focusVersion ?? .v13, chosen: configuration?.load.columns),
      table: table, location: location ?? dialect.defaultLocation(output: output + "/focus"),
      amountScale: scale)
    let store = try configuration.map {
      try OutputStores(
        $0, environment: ConfigurationFile.environment, diagnostics: DiagnosticsCollector()
      ).store
    }
    var text = statements.createTable
    let months = months.isEmpty ? [try ConfigurationFile.clock().today.month] : months
    for month in months {
      let files =
        if let configuration, let store {
          try await DeliveredMonth(month, configuration: configuration, store: store).files
        } else {
          MonthFiles(allOf: month)
        }
      text += "\n" + note(files) + statements.replaceMonth(files)
    }
    return text
  }

  private func note(_ files: MonthFiles) -> String {
    guard let paths = files.paths else {
      return "-- \(files.month): no manifest; all CSV files of the month, not controlled\n"
    }
    let totals = files.controlTotals.sorted { $0.key < $1.key }.map { ", \($0.key) \($0.value)" }
    return "-- \(files.month): \(paths.count) files\(totals.joined())\n"
  }
}

extension WarehouseDialect: ExpressibleByArgument {}
extension FOCUSVersion: ExpressibleByArgument {}

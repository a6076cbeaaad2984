import Diagnostics
import Logging
import OpenAIAdmin
import Spend
import Staging

/// A dashboard export to `raw/`: extract without a key and without a network.
///
/// Each day of the export becomes a whole raw `costs` partition, in place of whatever was there, so that normalize
/// and load need not know where it came from.
struct ImportStage {
  let configuration: Configuration
  let context: StageContext

  /// - Throws: what stops everything: a store that refuses. A refused export is a failure in the output.
  func run(_ export: DashboardExport, _ scope: RunScope) async throws -> ExtractOutput {
    var output = ExtractOutput()
    for organization in scope.organizations {
      do {
        try await run(export, organization, scope, into: &output)
      } catch {
        try output.fail(organization.name, DatasetName.costs, error)
      }
    }
    return output
  }

  private func run(
    _ export: DashboardExport, _ organization: OrganizationConfiguration, _ scope: RunScope,
    into output: inout ExtractOutput
  ) async throws {
    let costs = try ExportReader(path: export.path, organization: organization).read(export.content)
    let days = costs.days.filter { export.takes($0.key) }.sorted { $0.key < $1.key }
    guard let first = days.first?.key, let last = days.last?.key else {
      throw RefusedExport(path: export.path, line: nil, reason: "none of its days is asked for")
    }
    let window = DayRange(from: export.from ?? first, to: export.to ?? last.next)
    output.window = window
    let missing = window.filter { costs.days[$0] == nil }
    if let day = missing.first {
      context.diagnostics.report(
        Diagnostic(
          kind: "day_not_in_export",
          message: "organization \(organization.name), \(day): \(export.path) has no row for this day; "
            + "what was there before stays"),
        count: missing.count)
    }
    let plan = DayPlan(today: scope.today, configuration.extract)
    let writer = RawWriter(partitions: context.partitions, organization: organization.name, plan: plan)
    let origin = ["csv": Digest(of: export.content).hex]
    for (day, costDay) in days {
      let control = try await control(organization.name, day)
      var figures = ControlFigures(organization: organization.name, day: day)
      figures.costLines = costDay.totals
      // Without the API's own total the control partition holds the export's sum.
      figures.api = control ?? costDay.totals
      if control == nil { try await writeControl(costDay.totals, writer, day, export.path, origin) }
      try await writer.write(
        costDay.lines, of: EndpointCatalogue.costs, day: day, dimensions: costs.dimensions,
        controlTotals: costDay.totals, balanced: figures.areEqual, madeFrom: origin)
      output.partitionsFetched += control == nil ? 2 : 1
      output.partitionsKept += control == nil ? 0 : 1
      output.rows += costDay.lines.count
      output.figures.append(figures)
      context.progress.advance(
        stage: "extract", rows: costDay.lines.count, unit: "\(organization.name) costs \(day) from CSV")
    }
  }

  /// The API's own total of a day, where it has been fetched.
  private func control(_ organization: String, _ day: Day) async throws -> ControlTotals? {
    let folder = Layout.raw(organization: organization, dataset: DatasetName.costsUngrouped, day: day)
    // A control that cannot be read controls nothing.
    guard let record = try? await context.partitions.record(folder), record.madeFrom["control"] == nil,
      try await context.partitions.isWhole(folder, record)
    else { return nil }
    return record.controlTotals.flatMap { ControlTotals(texts: $0) }
  }

  /// Stands in for the API's total: one ungrouped row for each currency, the export's own sum.
  private func writeControl(
    _ totals: ControlTotals, _ writer: RawWriter, _ day: Day, _ path: String, _ origin: [String: String]
  ) async throws {
    var lines = SortedRows()
    let prefix = RawLine.prefix(organization: writer.organization, day: day)
    for (currency, amount) in totals {
      lines.append { line in
        line += prefix
        line += #"{"object":"organization.costs.result","amount":{"value":"#.utf8
        amount.append(to: &line)
        line += #","currency":"\#(currency.code.lowercased())"},"line_item":null,"project_id":null}"#.utf8
        line += RawLine.suffix
      }
    }
    try await writer.write(
      lines, of: EndpointCatalogue.costs, dataset: DatasetName.costsUngrouped, day: day,
      controlTotals: totals,
      balanced: true, madeFrom: origin.merging(["control": "csv"]) { $1 })
    context.diagnostics.report(
      Diagnostic(
        kind: "control_from_csv",
        message: "organization \(writer.organization), \(day): no total of the API is there to hold "
          + "\(path) against; the day is controlled by the export's own sum"))
  }
}

import Diagnostics
import FOCUS
import Spend
import Staging

/// Makes what a delivery holds of one organization's day, or finds it made.
struct DayLoader: Sendable {
  let configuration: Configuration
  let context: StageContext
  let scope: RunScope
  let month: Month
  let columns: [ColumnDefinition]
  let schemaID: String
  let priceList: PriceListFile?
  /// The delivery in place.
  let earlier: Manifest?
  /// Who makes parts now.
  let turns = CoreTurns()

  var shrinkGuard: ShrinkGuard {
    ShrinkGuard(percent: configuration.load.shrinkGuardPercent, scope: scope)
  }

  /// The day as it was delivered.
  func before(_ input: DayInput) -> DeliveredDay? {
    earlier?.organizations[input.organization.name]?.days[input.day.description]
  }

  /// One day's files, and the money in them.
  struct MadeDay: Sendable {
    let files: [DeliveredFile]
    /// Where the files lie now.
    let sources: [String]
    let isNew: Bool
    let figures: ControlFigures
  }

  /// - Returns: the day, or why it cannot be vouched for.
  /// - Throws: what is no matter of one day: a store that refuses.
  func load(_ input: DayInput) async throws -> Result<MadeDay, StageFailure> {
    do {
      if let refusal = try shrinkGuard.refusal(input, before: before(input)) { throw refusal }
      let (files, sources, isNew) = try await parts(input)
      let figures = try await figures(input, files)
      context.progress.advance(
        stage: "load", rows: input.record.rows, unit: "\(input.organization.name) \(input.day)")
      return .success(MadeDay(files: files, sources: sources, isNew: isNew, figures: figures))
    } catch let error as any RecoverableError where error.recovery == .refuseData {
      return .failure(
        StageFailure(stage: "load", organization: input.organization.name, day: input.day, error: error))
    }
  }

  /// The parts of one day: those that are there and current, and those made now.
  private func parts(
    _ input: DayInput
  ) async throws -> (files: [DeliveredFile], sources: [String], isNew: Bool) {
    if input.record.rows == 0 { return ([], [], false) }
    let builder = PartBuilder(
      partitions: context.partitions, columns: columns, schemaID: schemaID,
      formats: configuration.load.formats, priceList: priceList,
      parquet: ParquetEngine(configuration.load))
    var files: [DeliveredFile] = []
    for format in configuration.load.formats {
      let madeFrom = builder.madeFrom(input, format)
      guard
        let file = earlier?.files.first(where: { $0.madeFrom == madeFrom && $0.format == format.rawValue }),
        file.organization == input.organization.name, file.date == input.day.description,
        try await context.store.holds(file.record, at: "focus/" + file.path)
      else { break }
      files.append(file)
    }
    if files.count == configuration.load.formats.count {
      if scope.window.contains(input.day) {
        // The part may stay, but not unnoticed on a damaged input.
        try await context.partitions.check(ChargeFile.name, of: input.folder, input.record)
      }
      return (files, files.map { "focus/" + $0.path }, false)
    }
    let parts = try await turns.take { try await builder.parts(input, formats: configuration.load.formats) }
    var sources: [String] = []
    for part in parts {
      let folder = Layout.building(month)
      let source = folder + "/" + part.file.path.split(separator: "/").suffix(2).joined(separator: "/")
      try await context.store.write(source, part.content)
      sources.append(source)
    }
    return (parts.map(\.file), sources, true)
  }

  /// The day's money from the API's own total to the delivered files.
  private func figures(_ input: DayInput, _ files: [DeliveredFile]) async throws -> ControlFigures {
    func totals(_ dataset: String) async throws -> ControlTotals? {
      let folder = Layout.raw(organization: input.organization.name, dataset: dataset, day: input.day)
      return try ControlTotals(
        recorded: try await context.partitions.record(folder)?.controlTotals, in: folder)
    }
    var figures = ControlFigures(organization: input.organization.name, day: input.day)
    figures.charges = try ControlTotals(recorded: input.record.controlTotals, in: input.folder)
    // Raw partitions may be newer than the charges made from them: only the same bytes can be compared.
    let costs = try await context.partitions.record(
      Layout.raw(organization: input.organization.name, dataset: DatasetName.costs, day: input.day))
    if let costs, input.record.madeFrom.values.contains(costs.sha256) {
      figures.api = try await totals(DatasetName.costsUngrouped)
      figures.costLines = try await totals(DatasetName.costs)
    }
    let delivered =
      files.first { $0.format == configuration.load.formats.first?.rawValue }?.controlTotals ?? [:]
    figures.delivered = try ControlTotals(recorded: delivered, in: Layout.manifest(month))
    try figures.check()
    return figures
  }
}

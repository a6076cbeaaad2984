import Diagnostics
import Logging
import Spend
import Staging

/// What normalize did with one organization's day.
public struct NormalizedDay: Sendable {
  public let organization: String
  public let day: Day
  public let charges: Int
  public let usageRows: Int
  public let isOpen: Bool
  /// Whether the partition was written anew.
  public let changed: Bool
  public let figures: ControlFigures
  /// How much of the day's money was attributed in which way.
  public let attribution: AttributionRecord?
}

public struct NormalizeOutput: Sendable {
  public var days: [NormalizedDay] = []
  public var failures: [StageFailure] = []
}

/// `raw/` to `normalized/`: charges and usage of each organization and day in the scope.
///
/// A day whose inputs have not changed is left as it is; a day that cannot be made is a failure, and the
/// partition made earlier, if any, stays.
public struct NormalizeStage: Sendable {
  private let configuration: Configuration
  private let context: StageContext

  /// Counts up with every change of what is made from the same inputs, so that old partitions are made anew.
  static let mappingVersion = "4"

  public init(configuration: Configuration, context: StageContext) {
    self.configuration = configuration
    self.context = context
  }

  /// - Throws: what cannot be answered for one day alone: a store that refuses.
  public func run(_ scope: RunScope) async throws -> NormalizeOutput {
    var output = NormalizeOutput()
    for organization in scope.organizations {
      let covered = scope.days(of: organization.name)
      var names: NamesByDay
      do {
        names = NamesByDay(
          try await NameHistoryUpdater(
            context: context.at(organization: organization.name, dataset: "names"),
            organization: organization.name
          ).run(keeping: scope.coversNames(of: organization.name)))
      } catch let error as any RecoverableError where error.recovery == .refuseData {
        output.failures.append(
          StageFailure(stage: "normalize", organization: organization.name, dataset: "names", error: error))
        continue
      }
      if covered.isEmpty { continue }
      let listed = try await ListedNames(context.store, organization: organization.name, today: scope.today)
      let days = covered.map {
        (day: $0, names: names.book(on: $0), unlisted: listed.missing(on: $0))
      }
      let turns = CoreTurns()
      let results = try await concurrentMap(days, width: CoreTurns.daysInHand) { item in
        let context = context.at(organization: organization.name, day: item.day)
        return try await NormalizeStage(configuration: configuration, context: context).attempt(
          organization.name, item.day, item.names, unlisted: item.unlisted, isPast: item.day < scope.today,
          turns)
      }
      for result in results {
        switch result {
        case .success(let day?): output.days.append(day)
        case .success(nil): break
        case .failure(let failure): output.failures.append(failure)
        }
      }
    }
    return output
  }

  /// Nil for a day that has not been fetched because it is not over.
  private func attempt(
    _ organization: String, _ day: Day, _ names: NamesByDay.Names, unlisted: [String], isPast: Bool,
    _ turns: CoreTurns
  ) async throws -> Result<NormalizedDay?, StageFailure> {
    do {
      let normalized = try await normalize(
        organization, day, names, unlisted: unlisted, isPast: isPast, turns)
      if let normalized {
        context.progress.advance(
          stage: "normalize", rows: normalized.charges + normalized.usageRows, unit: "\(organization) \(day)")
      }
      return .success(normalized)
    } catch let error as any RecoverableError where error.recovery == .refuseData {
      return .failure(StageFailure(stage: "normalize", organization: organization, day: day, error: error))
    }
  }

  /// - Parameter unlisted: lists that do not tell the day's names.
  private func normalize(
    _ organization: String, _ day: Day, _ names: NamesByDay.Names, unlisted: [String], isPast: Bool,
    _ turns: CoreTurns
  ) async throws -> NormalizedDay? {
    let inputs = try await inputs(organization, day)
    guard let costs = inputs.first(where: { $0.dataset == DatasetName.costs }),
      let ungrouped = inputs.first(where: { $0.dataset == DatasetName.costsUngrouped })
    else {
      if !isPast { return nil }
      let isThere = inputs.contains { $0.dataset == DatasetName.costs }
      throw MissingDay(
        organization: organization, day: day, stage: .extract,
        folder: Layout.raw(
          organization: organization, dataset: isThere ? DatasetName.costsUngrouped : DatasetName.costs,
          day: day)
      )
    }
    let usage = inputs.filter { $0.dataset.hasPrefix(DatasetName.usagePrefix) }
    let degraded = Self.degraded(costs, usage, unlisted)
    if let degraded {
      context.diagnostics.report(
        Diagnostic(
          kind: "degraded",
          message:
            "organization \(organization), \(day): made without \(degraded.joined(separator: ", ")): the "
            + "money is whole, who spent it may not be known; the next run without --from and --to repairs it"
        ))
    }
    let folder = Layout.normalized(organization: organization, day: day)
    var madeFrom: [String: String] = [
      "names": names.digest, "mapping": Self.mappingVersion,
      "attribution": configuration.normalize.attribution.rawValue,
    ]
    for input in [costs, ungrouped] + usage { madeFrom.merge(input.digests) { first, _ in first } }

    let isOpen = ([costs, ungrouped] + usage).contains { $0.record.open }
    if let kept = try await unchanged(
      folder, organization, day, madeFrom, isOpen, degraded, costs, ungrouped)
    {
      return kept
    }

    let normalizer = DayNormalizer(
      context: context, organization: organization,
      accountID: configuration.organizations.first { $0.name == organization }?.id, day: day,
      names: names.book,
      attributes: configuration.normalize.attribution == .usageShare)
    let (usageFile, charges) = try await turns.take {
      let usageRows = try await normalizer.usage(from: usage)
      let charges = try await normalizer.charges(from: costs, usage: usageRows.table)
      return (try usageRows.rows.file, charges)
    }
    var figures = ControlFigures(organization: organization, day: day)
    figures.api = try await normalizer.apiTotals(from: ungrouped)
    figures.costLines = charges.costLines
    figures.charges = charges.charges
    try figures.check()

    var record = PartitionRecord(
      organization: organization, dataset: DatasetName.charges, day: day, open: isOpen,
      dimensions: costs.record.dimensions, controlTotals: charges.charges.texts, madeFrom: madeFrom)
    record.attribution = charges.attribution.record
    record.degraded = degraded
    let written = try await context.partitions.write(
      folder, record: record, files: [charges.file, usageFile])
    return NormalizedDay(
      organization: organization, day: day, charges: charges.file.rows, usageRows: usageFile.rows,
      isOpen: isOpen, changed: written.changed, figures: figures, attribution: record.attribution)
  }

  /// The datasets that the day has to be made without; nil for none. Usage that is open although the costs have
  /// settled was not brought up to date with them.
  private static func degraded(
    _ costs: RawInput, _ usage: [RawInput], _ unlisted: [String]
  ) -> [String]? {
    let missing = DatasetName.requiredUsage.filter { dataset in
      guard let input = usage.first(where: { $0.dataset == dataset }) else { return true }
      return input.record.open && !costs.record.open
    }
    return missing.isEmpty && unlisted.isEmpty ? nil : (missing + unlisted).sorted()
  }

  /// The day as it is, if it was made from exactly these inputs and is whole.
  private func unchanged(
    _ folder: String, _ organization: String, _ day: Day, _ madeFrom: [String: String], _ isOpen: Bool,
    _ degraded: [String]?, _ costs: RawInput, _ ungrouped: RawInput
  ) async throws -> NormalizedDay? {
    let known: PartitionRecord?
    do { known = try await context.partitions.record(folder) } catch is CorruptFile { known = nil }
    guard let record = known, record.format == PartitionRecord.currentFormat, record.madeFrom == madeFrom,
      record.open == isOpen, record.degraded == degraded, try await context.partitions.isWhole(folder, record)
    else { return nil }
    var figures = ControlFigures(organization: organization, day: day)
    figures.api = try ControlTotals(recorded: ungrouped.record.controlTotals, in: ungrouped.folder)
    figures.costLines = try ControlTotals(recorded: costs.record.controlTotals, in: costs.folder)
    figures.charges = try ControlTotals(recorded: record.controlTotals, in: folder)
    try figures.check()
    return NormalizedDay(
      organization: organization, day: day, charges: record.rows,
      usageRows: record.files.first { $0.path == UsageFile.name }?.rows ?? 0, isOpen: isOpen, changed: false,
      figures: figures, attribution: record.attribution)
  }

  /// Every raw partition of the day, in the order of their names.
  private func inputs(_ organization: String, _ day: Day) async throws -> [RawInput] {
    var inputs: [RawInput] = []
    for dataset in DatasetName.daily {
      let folder = Layout.raw(organization: organization, dataset: dataset, day: day)
      guard let record = try await context.partitions.record(folder) else { continue }
      inputs.append(RawInput(dataset: dataset, folder: folder, record: record))
    }
    return inputs
  }
}

extension SortedRows {
  /// The rows as `usage.csv.gz`.
  fileprivate var file: PartitionFile {
    get throws {
      PartitionFile(
        name: UsageFile.name, rows: count, content: try gzip(header: CSVRow.header(UsageFile.header)))
    }
  }
}

/// A past day that an earlier stage has not made: it is not a day without cost.
struct MissingDay: RecoverableError {
  let organization: String
  let day: Day
  /// The stage that would have made it.
  let stage: Stage
  /// The partition that is not there.
  let folder: String
  var recovery: Recovery { .refuseData }
  var description: String {
    "organization \(organization), \(day): there is no complete partition \(folder); run \(stage.rawValue) for "
      + "this day first"
  }
}

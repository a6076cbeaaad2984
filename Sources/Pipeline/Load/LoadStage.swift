import Diagnostics
import FOCUS
import Staging

public struct LoadOutput: Sendable {
  public var deliveries: [MonthDelivery] = []
  /// The money of every delivered day of the months touched, at each step.
  public var figures: [ControlFigures] = []
  /// Days whose money is another one than was delivered before.
  public var restatements: [RestatedDay] = []
  public var failures: [StageFailure] = []
}

/// `normalized/` to `focus/`: one delivery for each billing month that the scope touches.
///
/// A delivery is a complete snapshot of its month (FOCUS delivery handling: overwrite), so a month holds every
/// day that was ever normalized, not only those of the scope.
public struct LoadStage: Sendable {
  private let configuration: Configuration
  private let context: StageContext

  public init(configuration: Configuration, context: StageContext) {
    self.configuration = configuration
    self.context = context
  }

  /// - Throws: what stops every month: a store that refuses.
  public func run(_ scope: RunScope) async throws -> LoadOutput {
    let columns = try chosenColumns()
    let metadata = try await MetadataFiles(context, configuration: configuration, columns: columns)
    let priceList = try configuration.load.priceList.map { try PriceListFile.read($0) }
    var output = LoadOutput()
    for month in scope.months {
      try Task.checkCancellation()
      let result = try await MonthLoader(
        configuration: configuration, context: context, scope: scope, month: month, columns: columns,
        metadata: metadata, priceList: priceList
      ).run()
      if let delivery = result.delivery {
        output.deliveries.append(delivery)
        output.failures += try await MonthExports(
          configuration: configuration, context: context, priceList: priceList, delivery: delivery
        ).write()
      }
      output.figures.append(contentsOf: result.figures)
      output.restatements.append(contentsOf: result.restatements)
      output.failures.append(contentsOf: result.failures)
    }
    try await metadata.writeRecency()
    try await BillingPeriodFiles(
      store: context.store, configuration: configuration, metadata: metadata, today: scope.today
    ).write()
    return output
  }

  /// The configured columns. Mandatory ones may be missing, since the user asked, but not in silence.
  private func chosenColumns() throws -> [ColumnDefinition] {
    let table = try ColumnTable.embedded()
    let version = configuration.load.focusVersion
    let columns = table.columns(of: version, chosen: configuration.load.columns)
    let missing = table.columns(of: version).filter { $0.isMandatory && !columns.contains($0) }.map(\.name)
    if !missing.isEmpty {
      context.diagnostics.report(
        Diagnostic(
          kind: "mandatory_columns_left_out",
          message: "load.columns leaves out what FOCUS \(version.rawValue) requires: "
            + missing.joined(separator: ", ")),
        count: missing.count)
    }
    return columns
  }
}

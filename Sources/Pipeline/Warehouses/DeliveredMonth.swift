import FOCUS
import Staging

/// What a month's manifest says for loading it into a warehouse.
public struct DeliveredMonth: Sendable {
  /// The CSV files of the delivery and its control totals; all files of the month's folder where there is no manifest.
  public let files: MonthFiles

  /// - Throws: ``ConfigurationError`` if the delivery has no CSV files, or other columns than are configured;
  ///   ``CorruptFile``.
  public init(_ month: Month, configuration: Configuration, store: any Store) async throws {
    let key = Layout.manifest(month)
    guard let bytes = try await store.read(key) else {
      files = MonthFiles(allOf: month)
      return
    }
    let manifest = try Manifest(sealed: bytes, path: key)
    let version = configuration.load.focusVersion
    let columns = try ColumnTable.embedded().columns(of: version, chosen: configuration.load.columns)
    let schema = SchemaMetadata.identifier(
      version: version, dataset: .costAndUsage, columns: columns.map(SchemaColumn.init))
    guard manifest.schemaID == schema else {
      throw ConfigurationError(
        path: configuration.path,
        "the delivery of \(month) has the columns of schema \(manifest.schemaID), the configuration those of \(schema); "
          + "run load --from \(month.firstDay) --to \(month.end) first")
    }
    let paths = manifest.files.filter { $0.format == DeliveryFormat.csv.rawValue }.map(\.path)
    guard !paths.isEmpty || manifest.files.isEmpty else {
      throw ConfigurationError(
        path: configuration.path, "the delivery of \(month) has no CSV files to load; add csv to load.formats"
      )
    }
    files = MonthFiles(month: month, paths: paths, controlTotals: manifest.controlTotals)
  }
}

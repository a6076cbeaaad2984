/// A warehouse that a delivery can be loaded into, by the name of its SQL dialect.
///
/// What the dialects differ in is data: see ``DialectForm`` and the folder `Dialects`.
public enum WarehouseDialect: String, Sendable, Hashable, CaseIterable {
  case duckdb
  case postgres
  case clickhouse
  case bigquery
  case snowflake
  case redshift
  case spark

  var form: DialectForm {
    switch self {
    case .duckdb: .duckDB
    case .postgres: .postgreSQL
    case .clickhouse: .clickHouse
    case .bigquery: .bigQuery
    case .snowflake: .snowflake
    case .redshift: .redshift
    case .spark: .spark
    }
  }

  /// Where the warehouse finds files when it is not told: the output's own folder, or for services that cannot read
  /// it a place that has to be filled in.
  /// - Parameter output: the `focus/` folder of the output.
  public func defaultLocation(output: String) -> String {
    guard let placeholder = form.placeholder, !output.hasPrefix(placeholder.prefix(5)) else { return output }
    return placeholder
  }

  /// Digits behind the point that amounts have in this dialect unless told otherwise; nil where there is no limit.
  public var amountScale: Int? { form.decimals.amountScale }

  /// Scales that amounts can be given here; nil where there is nothing to choose.
  public var amountScales: ClosedRange<Int>? { form.decimals.amountScales }
}

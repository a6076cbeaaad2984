import Staging

/// Writes the statements that create a table for a delivery's charges, and that replace one month in it.
///
/// Names are written without quotes, so that they fold as each warehouse folds them and FOCUS queries run as they are.
public struct WarehouseStatements: Sendable {
  private let form: DialectForm
  private let columns: [ColumnDefinition]
  private let table: String
  private let location: String
  private let amountScale: Int?

  /// - Parameters:
  ///   - columns: those of the delivery's files, in their order.
  ///   - table: e.g. `cost_and_usage` or `finance.cost_and_usage`.
  ///   - location: where the warehouse finds the `focus/` folder, without a slash at its end.
  ///   - amountScale: digits behind the point of amounts and unit prices, where the dialect leaves a choice.
  /// - Throws: ``WarehouseError``.
  public init(
    _ dialect: WarehouseDialect, columns: [ColumnDefinition], table: String, location: String,
    amountScale: Int? = nil
  ) throws {
    form = dialect.form
    self.columns = columns
    self.table = table
    var location = location
    while location.count > 1, location.hasSuffix("/") { location.removeLast() }
    self.location = location
    self.amountScale = amountScale
    guard columns.contains(where: { $0.column == .billingPeriodStart }) else {
      throw WarehouseError.noBillingPeriod
    }
    if let amountScale, dialect.amountScales?.contains(amountScale) != true {
      throw WarehouseError.scale(amountScale, dialect: dialect.rawValue, allowed: dialect.amountScales)
    }
    // BigQuery's projects may have hyphens.
    let part = dialect == .bigquery ? /[A-Za-z_][A-Za-z0-9_-]*/ : /[A-Za-z_][A-Za-z0-9_]*/
    let parts = table.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 3, parts.allSatisfy({ $0.wholeMatch(of: part) != nil }) else {
      throw WarehouseError.tableName(table)
    }
    guard !location.isEmpty, !location.contains(where: { #"'"\`$*?,{}[]"#.contains($0) || $0.isNewline })
    else {
      throw WarehouseError.location(location)
    }
  }

  /// `CREATE TABLE IF NOT EXISTS`.
  public var createTable: String { SQLTemplate(text: form.table).filled(with: tableValues) + "\n" }

  /// The statements that replace a month, run again without harm.
  public func replaceMonth(_ files: MonthFiles) -> String {
    let isEmpty = files.paths?.isEmpty == true
    var values = tableValues
    values["month"] = .text(files.month.description)
    values["month_number"] = .text(files.month.description.filling("-", ""))
    values["start"] = .text("\(files.month.firstDay) 00:00:00+00")
    values["location"] = .text(location)
    values["file"] = .list(fileTexts(files))
    values["source"] = .text(location.contains("://") ? "s3" : "file")
    values["raw_definition"] = .list(columns.map(rawDefinition))
    values["raw_definitions"] = .text(columns.map(rawDefinition).joined(separator: ", "))
    values["conversion"] = .list(columns.map(conversion))
    let hasMoney = Set(columns.map(\.column)).isSuperset(of: [.billedCost, .billingCurrency])
    values["control"] = .list(
      hasMoney ? files.controlTotals.sorted { $0.key < $1.key }.map { control($0.key, $0.value, values) } : []
    )
    return SQLTemplate(text: isEmpty ? form.clear : form.load).filled(with: values) + "\n"
  }

  private var tableValues: [String: SQLTemplate.Value] {
    let name = form.tableName.filling("{}", table)
    let sorted = [Column.billingPeriodStart, .chargePeriodStart, .billingAccountId].filter { column in
      columns.contains { $0.column == column }
    }
    return [
      "table": .text(name), "definition": .list(columns.map(definition)),
      "columns": .text(columns.map(\.name).joined(separator: ", ")),
      "sort_key": .text(sorted.map(\.rawValue).joined(separator: ", ")),
      "index": .text((table.split(separator: ".").last.map(String.init) ?? table) + "_billing_period"),
      "amount_type": .text(form.decimals.type(.amount, amountScale: amountScale)),
    ]
  }

  private func control(_ currency: String, _ total: String, _ values: [String: SQLTemplate.Value]) -> String {
    var values = values
    values["currency"] = .text(currency)
    values["total"] = .text(total)
    return SQLTemplate(text: form.control).filled(with: values)
  }

  // MARK: Columns

  /// The columns without which a charge is none; all others may be null.
  private static let required: Set<Column> = [
    .billedCost, .billingAccountId, .billingCurrency, .billingPeriodEnd, .billingPeriodStart, .chargeCategory,
    .chargePeriodEnd, .chargePeriodStart, .contractedCost, .effectiveCost, .listCost, .customUnblendedCost,
  ]

  private func type(_ column: ColumnDefinition) -> String {
    switch column.type {
    case .string: form.string
    case .dateTime: form.dateTime
    case .json: form.json
    case .decimal: form.decimals.type(DecimalKind(column.column), amountScale: amountScale)
    }
  }

  private func definition(_ column: ColumnDefinition) -> String {
    let isRequired = Self.required.contains(column.column)
    let type = isRequired ? type(column) : form.nullable.filling("{}", type(column))
    return "\(column.name) \(type)\(isRequired ? form.notNull : "")"
  }

  private func rawDefinition(_ column: ColumnDefinition) -> String {
    let type = column.type == .json ? form.rawJSON ?? form.rawType : form.rawType
    return form.rawDefinition.filling("{type}", type).filling("{}", column.name)
  }

  private func conversion(_ column: ColumnDefinition) -> String {
    let kind = DecimalKind(column.column)
    let text =
      switch column.type {
      case .string: form.convertText
      case .dateTime: form.convertDateTime
      case .json: form.convertJSON
      case .decimal: kind == .unitPrice ? form.convertRounded : form.convertExact
      }
    let scale = form.decimals.scale(kind, amountScale: amountScale) ?? 0
    return text.filling("{type}", type(column)).filling("{scale}", String(scale)).filling("{}", column.name)
      + form.alias.filling("{}", column.name)
  }

  /// How DuckDB reads the columns of a CSV file for Parquet: as for its tables, with JSON as text.
  static func parquet(_ columns: [ColumnDefinition]) -> (conversions: [String], rawDefinitions: [String]) {
    let statements = WarehouseStatements(form: .duckDB, columns: columns)
    let conversions = columns.map { column in
      statements.conversion(
        column.type == .json
          ? ColumnDefinition(
            column: column.column, type: .string, isDeprecated: column.isDeprecated,
            isMandatory: column.isMandatory, isCustom: column.isCustom) : column)
    }
    return (conversions, columns.map(statements.rawDefinition))
  }

  private init(form: DialectForm, columns: [ColumnDefinition]) {
    (self.form, self.columns, table, location, amountScale) = (form, columns, "", "", nil)
  }

  // MARK: Files

  private func fileTexts(_ files: MonthFiles) -> [String] {
    let folder = files.folder
    switch form.files {
    case .quoted(let all):
      return (files.paths ?? [folder + all]).map { "'\(location)/\($0)'" }
    case .braces:
      guard let paths = files.paths else { return ["'\(location)/\(folder)/*/*.csv.gz'"] }
      guard paths.count > 1 else { return paths.map { "'\(location)/\($0)'" } }
      return ["'\(location)/{\(paths.joined(separator: ","))}'"]
    case .relative(let size):
      guard let paths = files.paths else { return ["PATTERN = '.*\(folder)/.*[.]csv[.]gz'"] }
      return stride(from: 0, to: paths.count, by: size).map { start in
        let names = paths[start..<min(start + size, paths.count)].map { "'\($0)'" }
        return "FILES = (\(names.joined(separator: ", ")))"
      }
    case .program:
      guard let paths = files.paths else {
        let loop =
          #"for file in "\#(location)/\#(folder)"/*/*.csv.gz; do gzip -dc "$file" | tail -n +2; done"#
        return ["'\(loop)'"]
      }
      return paths.map { "'\(unpack("\(location)/\($0)")) | tail -n +2'" }
    }
  }

  private func unpack(_ path: String) -> String {
    if path.hasPrefix("s3://") { return "aws s3 cp \"\(path)\" - | gzip -dc" }
    if path.hasPrefix("gs://") { return "gcloud storage cat \"\(path)\" | gzip -dc" }
    return "gzip -dc \"\(path)\""
  }
}

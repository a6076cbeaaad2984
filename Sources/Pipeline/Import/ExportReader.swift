import Diagnostics
import JSONReader
import Spend
import Staging

/// Reads a dashboard export into the days it covers, each row as a result object of the Costs API.
///
/// Strict where money is concerned: a row that cannot be read exactly refuses the whole file, naming the line.
struct ExportReader {
  let path: String
  let organization: OrganizationConfiguration

  /// One day of an export.
  struct CostDay {
    /// Lines of a raw partition.
    var lines = SortedRows()
    var totals = ControlTotals()
  }

  /// All days of an export, those without cost included.
  struct Costs {
    var days: [Day: CostDay] = [:]
    var dimensions: [String] = []
  }

  /// - Throws: ``RefusedExport``; ``CorruptFile`` for what is no CSV.
  func read(_ content: [UInt8]) throws -> Costs {
    var costs = Costs()
    var columns: ExportColumns?
    try CSVReader.forEachRecord(ofForeign: content, path: path) { record, line in
      guard let columns else {
        let found = try ExportColumns(record, path: path, line: line)
        columns = found
        costs.dimensions = found.dimensions
        return
      }
      guard record.count == columns.names.count else {
        throw refuse(line, "there are \(record.count) fields, the header has \(columns.names.count)")
      }
      try read(ExportRow(record, columns, path: path, line: line), into: &costs)
    }
    guard columns != nil else { throw RefusedExport(path: path, line: nil, reason: "the file is empty") }
    return costs
  }

  private func read(_ row: ExportRow, into costs: inout Costs) throws {
    let day = try row.day()
    if let id = try row.text("organization_id"), id != organization.id {
      throw refuse(
        row.line, "organization_id is \(id); organization \(organization.name) is \(organization.id)")
    }
    // The dashboard writes one blank row for a day without cost.
    if try row.isEmptyDay() {
      costs.days[day] = costs.days[day] ?? CostDay()
      return
    }
    let amount = try row.decimal("amount_value")
    guard let amount else { throw refuse(row.line, "amount_value is blank") }
    let currency: Currency
    do { currency = try Currency(parsing: try row.text("amount_currency")) } catch let error as CurrencyError
    {
      throw refuse(row.line, "amount_currency: \(error)")
    }
    let result = try row.result(amount: amount.text)
    let prefix = RawLine.prefix(organization: organization.name, day: day)
    costs.days[day, default: CostDay()].lines.append { $0 += prefix + result + RawLine.suffix }
    costs.days[day, default: CostDay()].totals.add(amount.value, currency)
  }

  private func refuse(_ line: Int, _ reason: String) -> RefusedExport {
    RefusedExport(path: path, line: line, reason: reason)
  }
}

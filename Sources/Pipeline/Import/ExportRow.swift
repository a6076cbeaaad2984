import JSONReader
import Spend
import Staging

/// One row of a dashboard export, its fields by column name. Blank fields are null.
struct ExportRow {
  let record: CSVRecord
  let columns: ExportColumns
  let path: String
  let line: Int

  init(_ record: CSVRecord, _ columns: ExportColumns, path: String, line: Int) {
    self.record = record
    self.columns = columns
    self.path = path
    self.line = line
  }

  /// A field's text; nil where it is blank or the export has no such column.
  func text(_ column: String) throws -> String? {
    guard let position = columns.position(of: column), let text = record.text(position) else { return nil }
    guard String(validating: record.rawBytes(position), as: UTF8.self) != nil else {
      throw refuse("\(column) is not UTF-8 text")
    }
    return text
  }

  /// A number as it stands in the file, and its exact value (DESIGN C2).
  func decimal(_ column: String) throws -> (text: String, value: ExactDecimal)? {
    guard let text = try text(column) else { return nil }
    do { return (text, try ExactDecimal(text)) } catch { throw refuse("\(column): \(error)") }
  }

  /// The day of the row, which must begin at UTC midnight and last one day.
  func day() throws -> Day {
    guard let start = try text("start_time") else { throw refuse("start_time is blank") }
    guard let seconds = Int(start), let day = Day(startingAt: seconds),
      (1970..<10_000).contains(day.civil.year)
    else {
      throw refuse("start_time \"\(start.prefix(40))\" is no UTC midnight in Unix seconds")
    }
    if let end = try text("end_time"), Int(end) != day.next.startSeconds {
      throw refuse(
        "end_time \"\(end.prefix(40))\" is not the end of \(day): only exports by day can be read")
    }
    if let iso = try text("start_time_iso"), let other = Day(iso.prefix(10)), other != day {
      throw refuse("start_time is \(day), start_time_iso is \(other)")
    }
    return day
  }

  /// Whether the row only says that its day has no cost.
  func isEmptyDay() throws -> Bool {
    for (position, name) in columns.names.enumerated() where !ExportColumns.filledOnEmptyDays.contains(name) {
      if record.text(position) != nil { return false }
    }
    return true
  }

  /// The row as a result object of the Costs API.
  /// - Parameter amount: a JSON number.
  func result(amount: String) throws -> [UInt8] {
    var out = Array(#"{"object":"organization.costs.result","amount":{"value":"#.utf8)
    out += amount.utf8
    out += #","currency":"#.utf8
    JSONWriter.append(string: try text("amount_currency") ?? "", to: &out)
    out.append(UInt8(ascii: "}"))
    for name in ExportColumns.documented {
      if name == "quantity" {
        appendMember(name, to: &out)
        out += (try decimal(name)?.text ?? "null").utf8
      } else {
        try append(name, to: &out)
      }
    }
    for name in columns.undocumented { try append(name, to: &out) }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private func append(_ name: String, to out: inout [UInt8]) throws {
    appendMember(name, to: &out)
    if let text = try text(name) {
      JSONWriter.append(string: text, to: &out)
    } else {
      out += "null".utf8
    }
  }

  private func appendMember(_ name: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: ","))
    JSONWriter.append(string: name, to: &out)
    out.append(UInt8(ascii: ":"))
  }

  private func refuse(_ reason: String) -> RefusedExport {
    RefusedExport(path: path, line: line, reason: reason)
  }
}

import JSONReader
import Spend
import Staging

/// How a row is written: RFC 4180, or one JSON object a line.
///
/// Nulls are nothing in CSV and `null` in JSON; decimals are plain text in both, JSON numbers included; JSON
/// columns are text that holds JSON (FOCUS: "serialized as a String where necessary").
public enum RowFormat: Sendable, Hashable {
  case csv
  case ndjson

  /// The bytes before the first row.
  public func header(_ columns: [ColumnDefinition]) -> [UInt8] {
    switch self {
    case .csv: Array((columns.map(\.name).joined(separator: ",") + "\n").utf8)
    case .ndjson: []
    }
  }

  /// What stands before the value of a column.
  func appendLead(_ column: Column, isFirst: Bool, to out: inout [UInt8]) {
    switch self {
    case .csv:
      if !isFirst { out.append(UInt8(ascii: ",")) }
    case .ndjson:
      out.append(UInt8(ascii: isFirst ? "{" : ","))
      JSONWriter.append(string: column.rawValue, to: &out)
      out.append(UInt8(ascii: ":"))
    }
  }

  func appendEnd(to out: inout [UInt8]) {
    if self == .ndjson { out.append(UInt8(ascii: "}")) }
    out.append(0x0A)
  }

  func append(_ text: String?, to out: inout [UInt8]) {
    switch self {
    case .csv:
      guard var text else { return }
      text.withUTF8 { CSVRow.appendField($0, to: &out) }
    case .ndjson:
      guard let text else { return out.append(contentsOf: "null".utf8) }
      JSONWriter.append(string: text, to: &out)
    }
  }
}

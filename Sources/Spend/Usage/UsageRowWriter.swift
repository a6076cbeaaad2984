import Diagnostics
import JSONReader
import Staging

/// Turns usage result objects into rows of ``UsageFile``.
///
/// Hot path: a row's members are matched to columns in the order of the row before, which they nearly
/// always keep; numbers and plain text are copied as bytes.
public struct UsageRowWriter {
  private static let columns = UsageFile.dimensions + UsageFile.measures
  private static let columnBytes = columns.map { Array($0.utf8) }

  private let service: String
  private var values: [JSONValue?]
  /// Column of the n-th member of the row before; nil for members without a column.
  private var order: [Int?] = []
  private var orderNames: [[UInt8]] = []
  /// Rows whose token kinds do not add up (DESIGN C11).
  public private(set) var mismatches = 0

  public init(service: String) {
    self.service = service
    values = Array(repeating: nil, count: Self.columns.count)
  }

  /// Appends the row of one raw line.
  /// The same row goes into `table`, for attribution.
  /// - Throws: ``RefusedLine`` if the line is no envelope.
  public mutating func append(_ line: JSONValue, to row: inout CSVRow, and table: inout UsageTable) throws {
    let result = try RawLine.result(of: line)
    for index in values.indices { values[index] = nil }
    var others: [(key: JSONValue, value: JSONValue)] = []
    if let members = result.members {
      var position = 0
      for (key, value) in members {
        if let column = column(of: key, at: position) {
          values[column] = value
        } else if !key.bytes.elementsEqual("object".utf8) {
          others.append((key, value))
        }
        position += 1
      }
    }
    let values = values
    table.append(
      service: service, dimension: { Self.given(values[$0.index]) },
      measure: { Self.given(values[UsageDimension.allCases.count + $0.index]) })
    row.append(service)
    for value in values { append(value, to: &row) }
    row.append(tokenCheck())
    row.append(Self.object(others))
    row.endRow()
  }

  private static func given(_ value: JSONValue?) -> JSONValue? { value?.isNull == true ? nil : value }

  private func append(_ value: JSONValue?, to row: inout CSVRow) {
    guard let value, !value.isNull else { return row.appendPlain { _ in } }
    switch value.kind {
    case .number, .true, .false: row.append(value.bytes)
    case .string: row.append(value.string)
    default: row.append(String(decoding: value.bytes, as: UTF8.self))
    }
  }

  private mutating func column(of key: JSONValue, at position: Int) -> Int? {
    let bytes = key.bytes
    if position < order.count, orderNames[position].elementsEqual(bytes) { return order[position] }
    let column = Self.columnBytes.firstIndex { $0.elementsEqual(bytes) }
    if position == order.count {
      order.append(column)
      orderNames.append(Array(bytes))
    } else if position < order.count {
      order[position] = column
      orderNames[position] = Array(bytes)
    }
    return column
  }

  /// `input = uncached + cached + cache write` where the row tells all of them (DESIGN C11): `ok`,
  /// `mismatch`, or nil where there is nothing to check.
  private mutating func tokenCheck() -> String? {
    func count(_ index: Int) -> Int? { values[index].flatMap { $0.isNull ? nil : $0.integer } }
    guard let input = count(Self.input), let uncached = count(Self.uncached) else { return nil }
    let cached = count(Self.cached) ?? 0
    let written = count(Self.cacheWrite) ?? 0
    let (sum, overflowed) = uncached.addingReportingOverflow(cached)
    let (total, overflowedToo) = sum.addingReportingOverflow(written)
    if !overflowed, !overflowedToo, total == input { return "ok" }
    mismatches += 1
    return "mismatch"
  }

  private static func position(_ name: String) -> Int { columns.firstIndex(of: name) ?? 0 }
  private static let input = position("input_tokens")
  private static let uncached = position("input_uncached_tokens")
  private static let cached = position("input_cached_tokens")
  private static let cacheWrite = position("input_cache_write_tokens")

  /// The members as one JSON object, verbatim, sorted by name; nil if there are none.
  private static func object(_ members: [(key: JSONValue, value: JSONValue)]) -> String? {
    if members.isEmpty { return nil }
    let texts = members.map { key, value in
      let quote = value.kind == .string ? "\"" : ""
      return "\"\(String(decoding: key.bytes, as: UTF8.self))\":"
        + quote + String(decoding: value.bytes, as: UTF8.self) + quote
    }
    return "{\(texts.sorted().joined(separator: ","))}"
  }
}

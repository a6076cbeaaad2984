import Diagnostics
import Glibc
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
  /// The names of the row before one after the other, where each ends, and its column; nil for members without one.
  private var names: [UInt8] = []
  private var nameEnds: [Int] = []
  private var order: [Int?] = []
  /// The shape of the row before, if that is known.
  private var shape: Int?
  private var others: [(key: JSONValue, value: JSONValue)] = []
  /// Rows whose token kinds do not add up (DESIGN C11).
  public private(set) var mismatches = 0

  public init(service: String) {
    self.service = service
    values = Array(repeating: nil, count: Self.columns.count)
  }

  /// Appends the row of one raw line.
  /// The same row goes into `table`, for attribution.
  /// - Parameter shape: what the line's parser says of it (`JSONParser.shape`): in lines of the same shape members need
  ///   not be looked up.
  /// - Throws: ``RefusedLine`` if the line is no envelope.
  public mutating func append(
    _ line: JSONValue, shape: Int? = nil, to row: inout ByteBuffer, and table: inout UsageTable
  ) throws {
    let result = try RawLine.result(of: line)
    if shape == nil || shape != self.shape {
      self.shape = nil
      take(result)
      self.shape = shape
    } else {
      takeAgain(result)
    }
    values.withUnsafeBufferPointer { values in
      let dimensions = UsageDimension.allCases.count
      table.append(
        service: service, dimensions: UnsafeBufferPointer(rebasing: values[..<dimensions]),
        measures: UnsafeBufferPointer(rebasing: values[dimensions...]))
      row.append(service)
      for value in values {
        row.append(UInt8(ascii: ","))
        if let value { Self.append(value, to: &row) }
      }
    }
    row.append(UInt8(ascii: ","))
    if let check = tokenCheck() { row.append(check) }
    row.append(UInt8(ascii: ","))
    if let text = Self.object(others) { CSVRow.append(text, to: &row) }
    row.append(0x0A)
  }

  /// Sorts a result's members into columns.
  private mutating func take(_ result: JSONValue) {
    for index in values.indices { values[index] = nil }
    if !others.isEmpty { others.removeAll() }
    guard let members = result.members else { return }
    var position = 0
    for (key, value) in members {
      if let column = column(of: key, at: position) {
        values[column] = value.isNull ? nil : value
      } else if !key.bytes.elementsEqual("object".utf8) {
        others.append((key, value))
      }
      position += 1
    }
  }

  /// The same for a result with the members of the one before in the same order.
  private mutating func takeAgain(_ result: JSONValue) {
    if !others.isEmpty { return take(result) }
    guard let members = result.members else { return }
    for ((_, value), column) in zip(members, order) {
      if let column { values[column] = value.isNull ? nil : value }
    }
  }

  private static func append(_ value: JSONValue, to row: inout ByteBuffer) {
    switch value.kind {
    case .number, .true, .false: row.append(value.bytes)
    case .string where !value.isEscaped: CSVRow.appendField(value.bytes, to: &row)
    case .string: CSVRow.append(value.string ?? "", to: &row)
    default: CSVRow.appendField(value.bytes, to: &row)
    }
  }

  private mutating func column(of key: JSONValue, at position: Int) -> Int? {
    let bytes = key.bytes
    if position < order.count, isName(bytes, at: position) { return order[position] }
    let column = Self.columnBytes.firstIndex { $0.elementsEqual(bytes) }
    // From here on the row is unlike the one before: what is known of it ends here.
    let keep = min(position, order.count)
    order.removeLast(order.count - keep)
    nameEnds.removeLast(nameEnds.count - keep)
    names.removeLast(names.count - (nameEnds.last ?? 0))
    order.append(column)
    names.append(contentsOf: bytes)
    nameEnds.append(names.count)
    return column
  }

  private func isName(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    let start = position == 0 ? 0 : nameEnds[position - 1]
    guard nameEnds[position] - start == bytes.count, let base = bytes.baseAddress else { return false }
    return names.withUnsafeBufferPointer { names in
      names.baseAddress.map { memcmp($0 + start, base, bytes.count) == 0 } ?? false
    }
  }

  /// `input = uncached + cached + cache write` where the row tells all of them (DESIGN C11): `ok`,
  /// `mismatch`, or nil where there is nothing to check.
  private mutating func tokenCheck() -> StaticString? {
    func count(_ index: Int) -> Int? { values[index]?.integer }
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

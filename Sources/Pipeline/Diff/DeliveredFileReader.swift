import Diagnostics
import JSONReader
import Spend
import Staging

/// The fields of one delivered charge as bytes, by column; empty for null and for columns that the file does not
/// have. Valid only while it is handed out.
struct DeliveredRow {
  fileprivate let fields: UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>
  /// The charge's number in its file, from 1 on.
  fileprivate(set) var number = 0

  subscript(column: DiffColumn) -> UnsafeBufferPointer<UInt8> { fields[column.rawValue] }
}

/// A delivered file was written without a column that its money cannot be told without.
struct MissingMoneyColumn: RecoverableError, Equatable {
  let path: String
  let column: String
  var recovery: Recovery { .refuseData }
  var description: String { "\(path): there is no column \(column)" }
}

/// Reads the charges of one delivered file, in any format, one after the other.
///
/// Hot path: fields of CSV files are handed out where they lie; only doubled quotes are copied.
struct DeliveredFileReader {
  let path: String
  /// The columns that the file has, of those that are known here.
  let columns: Set<DiffColumn>
  /// Charges, as the manifest counts them.
  let rows: Int
  private let content: [UInt8]
  private let format: DeliveryFormat

  /// - Parameter content: the file as stored.
  /// - Throws: ``CorruptFile`` for a file whose beginning cannot be read; ``MissingMoneyColumn``.
  init(_ content: [UInt8], _ file: DeliveredFile, path: String) throws {
    guard let format = DeliveryFormat(rawValue: file.format), format != .parquet else {
      throw CorruptFile(
        path: path, reason: "files of format \(file.format) cannot be compared; deliver csv, too")
    }
    rows = file.rows
    self.content = content
    self.format = format
    self.path = path
    let names = try Self.names(content, format, path)
    columns = Set(DiffColumn.allCases.filter { names.contains($0.name) })
    // A file without charges need not have columns.
    for column in DiffColumn.required where !names.isEmpty && !names.contains(column.name) {
      throw MissingMoneyColumn(path: path, column: column.name)
    }
  }

  /// Ends a walk over a file whose beginning tells all.
  private struct Enough: Error {}

  private static func names(_ content: [UInt8], _ format: DeliveryFormat, _ path: String) throws -> Set<
    String
  > {
    var names: Set<String> = []
    do {
      switch format {
      case .csv:
        try CSVReader.forEachRecord(ofTable: content, path: path) { record in
          names = Set((0..<record.count).compactMap { record.text($0) })
          throw Enough()
        } _: { _ in
        }
      case .ndjson:
        let parser = JSONParser()
        try LineReader.forEachLine(ofGzip: content, path: path) { bytes, _ in
          try parser.parse(bytes) { object in
            if let members = object.members { names = Set(members.compactMap(\.key.string)) }
          }
          throw Enough()
        }
      case .parquet: break
      }
    } catch is Enough {} catch let syntax as JSONSyntaxError {
      throw CorruptFile(path: path, reason: syntax.description)
    }
    return names
  }

  /// - Parameter wanted: the columns to be read; all others are empty.
  /// - Throws: ``CorruptFile`` naming the record; what `body` throws.
  func forEachRow(_ wanted: Set<DiffColumn>, _ body: (DeliveredRow) throws -> Void) throws {
    let count = DiffColumn.allCases.count
    let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    try withUnsafeTemporaryAllocation(of: UnsafeBufferPointer<UInt8>.self, capacity: count) { fields in
      fields.initialize(repeating: empty)
      defer { fields.deinitialize() }
      guard let base = fields.baseAddress else { return }
      let row = DeliveredRow(fields: base)
      switch format {
      case .csv: try readCSV(wanted, row, body)
      case .ndjson: try readNDJSON(wanted, row, body)
      case .parquet: break
      }
    }
  }

  private func readCSV(
    _ wanted: Set<DiffColumn>, _ row: DeliveredRow, _ body: (DeliveredRow) throws -> Void
  ) throws {
    var row = row
    var positions: [(column: DiffColumn, position: Int)] = []
    var copies = ByteBuffer()
    try CSVReader.forEachRecord(ofTable: content, path: path) { header in
      let names = (0..<header.count).map { header.text($0) ?? "" }
      for column in DiffColumn.allCases where wanted.contains(column) {
        if let position = names.firstIndex(of: column.name) { positions.append((column, position)) }
      }
    } _: { record in
      var hasQuotes = false
      for (column, position) in positions {
        let bytes = record.rawBytes(position)
        row.fields[column.rawValue] = bytes
        if record.verbatim(position).count != bytes.count, bytes.contains(0x22) { hasQuotes = true }
      }
      if hasQuotes { Self.undouble(record, positions, row, into: &copies) }
      row.number = record.number
      try body(row)
    }
  }

  /// Rare: fields with quotes in them are copied without the second one of each two.
  private static func undouble(
    _ record: CSVRecord, _ positions: [(column: DiffColumn, position: Int)], _ row: DeliveredRow,
    into copies: inout ByteBuffer
  ) {
    copies.removeAll()
    var ends: [(DiffColumn, Range<Int>)] = []
    for (column, position) in positions {
      guard let text = record.text(position), record.rawBytes(position).contains(0x22) else { continue }
      let start = copies.count
      copies.append(text)
      ends.append((column, start..<copies.count))
    }
    // Only now that the buffer does not move any more.
    copies.withBytes { bytes in
      for (column, range) in ends {
        row.fields[column.rawValue] = UnsafeBufferPointer(rebasing: bytes[range])
      }
    }
  }

  private func readNDJSON(
    _ wanted: Set<DiffColumn>, _ row: DeliveredRow, _ body: (DeliveredRow) throws -> Void
  ) throws {
    var row = row
    let parser = JSONParser()
    var copies = ByteBuffer()
    let columns = DiffColumn.allCases.filter { wanted.contains($0) }
    try LineReader.forEachLine(ofGzip: content, path: path) { bytes, line in
      copies.removeAll()
      var ends: [Range<Int>] = []
      do {
        try parser.parse(bytes) { object in
          for column in columns {
            let start = copies.count
            if let value = object.member(column.name) {
              if value.kind == .number {
                copies.append(value.bytes)
              } else if let text = value.string {
                copies.append(text)
              }
            }
            ends.append(start..<copies.count)
          }
        }
      } catch let syntax as JSONSyntaxError {
        throw CorruptFile(path: path, reason: "record \(line): \(syntax.description)")
      }
      copies.withBytes { bytes in
        for (column, range) in zip(columns, ends) {
          row.fields[column.rawValue] = UnsafeBufferPointer(rebasing: bytes[range])
        }
      }
      row.number = line
      try body(row)
    }
  }
}

extension DeliveredFileReader {
  /// A number of a row.
  /// - Throws: ``CorruptFile`` naming the record.
  func decimal(_ column: DiffColumn, of row: DeliveredRow) throws -> ExactDecimal {
    let bytes = row[column]
    guard !bytes.isEmpty else {
      throw CorruptFile(path: path, reason: "record \(row.number) has no \(column.name)")
    }
    do { return try ExactDecimal(parsing: bytes) } catch {
      throw CorruptFile(path: path, reason: "record \(row.number), \(column.name): \(error)")
    }
  }
}

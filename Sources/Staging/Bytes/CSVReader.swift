import CScan
import Glibc

/// Reads RFC 4180 files: quoted fields with line breaks, LF or CR LF, a header.
///
/// Hot path: fields are offsets into the window; a record becomes strings only where asked.
public struct CSVReader {
  /// The longest record accepted, in bytes.
  public static let recordLimit = 16 << 20

  /// Reads a gzip'd CSV file, checks its header and calls `body` with each record.
  ///
  /// - Throws: ``CorruptFile`` for a wrong header, a wrong number of fields or broken quotes, naming the
  ///   record; and what `body` throws.
  public static func forEachRecord(
    ofGzip file: [UInt8], path: String, header: [String], _ body: (CSVRecord) throws -> Void
  ) throws {
    var records = try GzippedCSV(file, path: path, header: header)
    while let record = try records.next() { try body(record) }
  }

  /// Reads a CSV file that other programs wrote: plain or gzip'd, with or without a byte order mark, LF or
  /// CR LF, blank lines skipped. What the columns are is for `body` to find out.
  ///
  /// - Parameter body: called with each record, the header first, and the line of the file it starts on.
  /// - Throws: ``CorruptFile`` naming file and line; and what `body` throws.
  public static func forEachRecord(
    ofForeign file: [UInt8], path: String, _ body: (_ record: CSVRecord, _ line: Int) throws -> Void
  ) throws {
    let isGzip = file.starts(with: [0x1F, 0x8B])
    let source: any ByteSource = isGzip ? try GzipDecoder(file, path: path) : PlainBytes(file)
    var records = CSVRecords(source, path: path)
    try records.skip([0xEF, 0xBB, 0xBF])
    var number = 0
    var line = 1
    func next() throws -> CSVRecord? {
      do { return try records.next(number) } catch let damage as CorruptFile {
        throw CorruptFile(path: "\(path):\(line)", reason: damage.reason)
      }
    }
    while let record = try next() {
      let isBlank = record.count == 1 && record.verbatim(0).isEmpty
      if !isBlank {
        try body(record, line)
        number += 1
      }
      line += lineFeeds(record.base)
    }
  }

  private static func lineFeeds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard var next = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else { return 0 }
    let end = next + bytes.count
    var found = 0
    while let place = memchr(next, 0x0A, next.distance(to: end)) {
      found += 1
      next = UnsafeRawPointer(place) + 1
    }
    return found
  }

  /// Finds the first fields of one whole record, up to and with the one at `last`.
  /// - Throws: ``CorruptFile`` for broken quotes.
  public static func fields(
    upTo last: Int, of record: UnsafeBufferPointer<UInt8>, into fields: CSVFields, path: String, number: Int
  ) throws {
    // What is wanted is nearly always near the start.
    for searched in [min(record.count, 192), record.count] where searched <= 1 << 14 {
      if try find(upTo: last, of: record, searched, into: fields, path: path, number: number) { return }
    }
    var found: [CSVRecord.Field] = []
    _ = try scan(record, &found, path: path, number: number, isLast: true, wanted: last + 1)
    fields.take(found)
  }

  /// Looks for a record's first fields in some of its bytes, in all of them at once.
  private static func find(
    upTo last: Int, of record: UnsafeBufferPointer<UInt8>, _ searched: Int, into fields: CSVFields,
    path: String, number: Int
  ) throws -> Bool {
    try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: searched + Int(CSCAN_SLACK)) { marks in
      guard let base = record.baseAddress, let free = marks.baseAddress else { return false }
      let count = cscan_csv_marks(base, searched, 0, free)
      do throws(CSVMisquoted) {
        return try fields.find(
          in: base, from: 0, known: searched, marks: UnsafeBufferPointer(rebasing: marks[..<count]),
          wanted: last + 1) != nil
      } catch { throw error.refused(path, record: number) }
    }
  }

  /// Finds a record's fields byte by byte; returns its length with its line end, or nil where it goes on beyond
  /// `bytes`.
  static func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, _ fields: inout [CSVRecord.Field], path: String, number: Int,
    isLast: Bool, wanted: Int = .max
  ) throws -> Int? {
    fields.removeAll(keepingCapacity: true)
    var index = 0
    let count = bytes.count
    while true {
      var field = CSVRecord.Field(start: index, end: index, isQuoted: false)
      if index < count, bytes[index] == 0x22 {
        index += 1
        field.start = index
        field.isQuoted = true
        while true {
          while index < count, bytes[index] != 0x22 { index += 1 }
          guard index < count else {
            if isLast { throw CorruptFile(path: path, reason: "record \(number) ends inside quotes") }
            return nil
          }
          if index + 1 < count, bytes[index + 1] == 0x22 {
            index += 2
            continue
          }
          // A quote at the window's end may be the first of two.
          if index + 1 == count && !isLast { return nil }
          break
        }
        field.end = index
        index += 1
      } else {
        index = endOfPlainField(bytes, from: index)
        field.end = index
        if index < count, bytes[index] == 0x0A, field.end > field.start, bytes[field.end - 1] == 0x0D {
          field.end -= 1
        }
      }
      fields.append(field)
      if fields.count == wanted { return index }
      guard index < count else { return isLast ? count : nil }
      // A carriage return at the window's end: its line feed is still to come.
      if bytes[index] == 0x0D, index + 1 == count, !isLast { return nil }
      if bytes[index] == 0x0D, index + 1 < count, bytes[index + 1] == 0x0A { index += 1 }
      switch bytes[index] {
      case 0x2C: index += 1
      case 0x0A: return index + 1
      default:
        throw CorruptFile(
          path: path, reason: "record \(number), field \(fields.count): text after a closing quote")
      }
    }
  }

  /// Where the next comma or line feed is, or the end. Eight bytes at a time: fields are most of a file.
  private static func endOfPlainField(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return start }
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let (commas, feeds) = (ones &* 0x2C, ones &* 0x0A)
    var index = start
    while index &+ 8 <= bytes.count {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      let (comma, feed) = (word ^ commas, word ^ feeds)
      // A byte that is zero after the exclusive or sets its high bit; the lowest one set is always true.
      let found = ((comma &- ones) & ~comma | (feed &- ones) & ~feed) & highs
      if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < bytes.count, base[index] != 0x2C, base[index] != 0x0A { index &+= 1 }
    return index
  }
}

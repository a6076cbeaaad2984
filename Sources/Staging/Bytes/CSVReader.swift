/// One record of a CSV file, valid only while it is handed out.
public struct CSVRecord {
  /// Where a field lies in its record.
  public struct Field {
    @usableFromInline var start: Int
    @usableFromInline var end: Int
    @usableFromInline var isQuoted: Bool
  }
  @usableFromInline let base: UnsafeBufferPointer<UInt8>
  @usableFromInline let fields: [Field]
  /// The record's number from 1 on, the header not counted.
  public let number: Int

  public init(base: UnsafeBufferPointer<UInt8>, fields: [Field], number: Int) {
    self.base = base
    self.fields = fields
    self.number = number
  }

  @inlinable public var count: Int { fields.count }

  /// The field's bytes between its quotes; doubled quotes are still doubled.
  @inlinable public func rawBytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let field = fields[index]
    return UnsafeBufferPointer(rebasing: base[field.start..<field.end])
  }

  /// The field as it stands in the file, with its quotes: what may be copied into another CSV file.
  @inlinable public func verbatim(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let field = fields[index]
    let quote = field.isQuoted ? 1 : 0
    return UnsafeBufferPointer(rebasing: base[(field.start - quote)..<(field.end + quote)])
  }

  /// Whether there is nothing between the commas.
  @inlinable public func isNull(_ index: Int) -> Bool { fields[index].start == fields[index].end }

  /// The field's text, or nil where there is nothing between the commas.
  public func text(_ index: Int) -> String? {
    let field = fields[index]
    if field.start == field.end { return nil }
    let bytes = base[field.start..<field.end]
    guard field.isQuoted, bytes.contains(0x22) else { return String(decoding: bytes, as: UTF8.self) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      out.append(bytes[index])
      index += bytes[index] == 0x22 ? 2 : 1
    }
    return String(decoding: out, as: UTF8.self)
  }
}

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
    let window = ByteWindow(try GzipDecoder(file, path: path), path: path, recordLimit: recordLimit)
    var fields: [CSVRecord.Field] = []
    fields.reserveCapacity(header.count)
    var number = 0
    var sawHeader = false
    while let length = try nextRecord(in: window, fields: &fields, path: path, number: number) {
      let record = CSVRecord(base: window.bytes, fields: fields, number: number)
      if sawHeader {
        guard fields.count == header.count else {
          throw CorruptFile(
            path: path, reason: "record \(number) has \(fields.count) fields, expected \(header.count)")
        }
        try body(record)
      } else {
        let found = (0..<record.count).map { record.text($0) ?? "" }
        guard found == header else {
          throw CorruptFile(
            path: path,
            reason: "the header is \(found.joined(separator: ",").prefix(200)), expected "
              + header.joined(separator: ",").prefix(200))
        }
        sawHeader = true
      }
      number += 1
      window.consume(length)
    }
    guard sawHeader else { throw CorruptFile(path: path, reason: "there is no header") }
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
    let window = ByteWindow(source, path: path, recordLimit: recordLimit)
    while try window.bytes.count < 3 && window.refill() {}
    if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3) }
    var fields: [CSVRecord.Field] = []
    var number = 0
    var line = 1
    func next() throws -> Int? {
      do { return try nextRecord(in: window, fields: &fields, path: path, number: number) } catch let damage
        as CorruptFile
      {
        throw CorruptFile(path: "\(path):\(line)", reason: damage.reason)
      }
    }
    while let length = try next() {
      let isBlank = fields.count == 1 && fields[0].start == fields[0].end && !fields[0].isQuoted
      if !isBlank {
        try body(CSVRecord(base: window.bytes, fields: fields, number: number), line)
        number += 1
      }
      line += window.bytes[..<length].count { $0 == 0x0A }
      window.consume(length)
    }
  }

  /// Finds the next record's fields; returns its length with its line end, or nil at the end.
  static func nextRecord(
    in window: ByteWindow, fields: inout [CSVRecord.Field], path: String, number: Int
  ) throws -> Int? {
    while true {
      if let length = try scan(window.bytes, &fields, path: path, number: number, isLast: false) {
        return length
      }
      if try !window.refill() {
        if window.bytes.isEmpty { return nil }
        return try scan(window.bytes, &fields, path: path, number: number, isLast: true)
      }
    }
  }

  /// Finds the first fields of one whole record, up to and with the one at `last`.
  /// - Throws: ``CorruptFile`` for broken quotes.
  public static func fields(
    upTo last: Int, of record: UnsafeBufferPointer<UInt8>, into fields: inout [CSVRecord.Field], path: String,
    number: Int
  ) throws {
    _ = try scan(record, &fields, path: path, number: number, isLast: true, wanted: last + 1)
  }

  private static func scan(
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

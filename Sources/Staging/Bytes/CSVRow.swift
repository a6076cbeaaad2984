/// Builds CSV rows as bytes: RFC 4180 with LF, nulls as nothing (DESIGN, section 5).
///
/// An empty string is written as nothing too, as FOCUS has no empty strings.
public struct CSVRow: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var isFirst = true

  public init() { bytes.reserveCapacity(512) }

  /// Forgets the row, keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    isFirst = true
  }

  public mutating func append(_ text: String?) {
    separate()
    guard let text else { return }
    var copy = text
    copy.withUTF8 { CSVRow.appendField($0, to: &bytes) }
  }

  /// Appends a field given as UTF-8 bytes.
  public mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
    separate()
    CSVRow.appendField(field, to: &bytes)
  }

  /// Appends a field whose text is known to need no quotes, written by `write`.
  public mutating func appendPlain(_ write: (inout [UInt8]) -> Void) {
    separate()
    write(&bytes)
  }

  public mutating func append(_ number: Int) {
    appendPlain { $0.append(contentsOf: String(number).utf8) }
  }

  /// Ends the row with a line feed.
  public mutating func endRow() {
    bytes.append(0x0A)
    isFirst = true
  }

  private mutating func separate() {
    if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
  }

  /// Appends one field, quoted only where RFC 4180 asks for it.
  public static func appendField(_ field: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    guard needsQuotes(field) else {
      bytes.append(contentsOf: field)
      return
    }
    bytes.append(0x22)
    for byte in field {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }
}

extension CSVRow {
  /// Appends one field to a row that is put together in a buffer.
  public static func append(_ text: String, to bytes: inout ByteBuffer) {
    var text = text
    text.withUTF8 { appendField($0, to: &bytes) }
  }

  /// Appends one field given as UTF-8 bytes, quoted only where RFC 4180 asks for it.
  public static func appendField(_ field: UnsafeBufferPointer<UInt8>, to bytes: inout ByteBuffer) {
    guard needsQuotes(field) else { return bytes.append(field) }
    bytes.append(0x22)
    for byte in field {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }
}

extension CSVRow {
  /// Whether a field holds a quote, a comma or a line break (RFC 4180). Eight bytes at a time.
  private static func needsQuotes(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = field.baseAddress else { return false }
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    func holds(_ byte: UInt64, _ word: UInt64) -> UInt64 {
      let difference = word ^ (ones &* byte)
      return (difference &- ones) & ~difference & highs
    }
    var index = 0
    while index &+ 8 <= field.count {
      let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
      if holds(0x22, word) | holds(0x2C, word) | holds(0x0A, word) | holds(0x0D, word) != 0 { return true }
      index &+= 8
    }
    while index < field.count {
      let byte = base[index]
      if byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D { return true }
      index &+= 1
    }
    return false
  }

  /// A header row with its line feed.
  public static func header(_ names: [String]) -> [UInt8] {
    var row = CSVRow()
    for name in names { row.append(name) }
    row.endRow()
    return row.bytes
  }
}

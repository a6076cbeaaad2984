internal import Glibc

/// Objects of the API, verbatim, one after another in one buffer: no allocation for each.
///
/// An object that came on one line is kept to the byte. One that was indented loses the white space between
/// its tokens, so that it is one line of NDJSON, and the same one however the server indents it.
public struct Rows: Sendable, RandomAccessCollection {
  /// All rows without anything between them.
  public private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The longest object taken, in bytes. A row has some hundred; what follows reads rows line by line.
  static let longestRow = 8 << 20

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// One object, from brace to brace.
  public subscript(position: Int) -> ArraySlice<UInt8> { bytes[range(position)] }

  /// Where a row stands in ``bytes``.
  public func range(_ position: Int) -> Range<Int> {
    (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  /// Makes room for objects of so many bytes together.
  mutating func reserve(bytes count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// - Throws: ``PageDefect`` for an object longer than ``longestRow``.
  mutating func append(_ row: UnsafeBufferPointer<UInt8>) throws {
    guard row.count <= Self.longestRow else {
      throw PageDefect(reason: "an object of it is \(row.count) bytes long, more than \(Self.longestRow)")
    }
    if Self.holds(0x0A, row) || Self.holds(0x0D, row) {
      appendCompact(row)
    } else {
      bytes.append(contentsOf: row)
    }
    ends.append(bytes.count)
  }

  private static func holds(_ byte: Int32, _ row: UnsafeBufferPointer<UInt8>) -> Bool {
    row.baseAddress.map { memchr($0, byte, row.count) != nil } ?? false
  }

  /// Appends a JSON text without the white space outside of its strings.
  private mutating func appendCompact(_ row: UnsafeBufferPointer<UInt8>) {
    var isInString = false
    var isEscaped = false
    for byte in row {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
      } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
        continue
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
      }
      bytes.append(byte)
    }
  }

  mutating func append(contentsOf rows: Rows) {
    let start = bytes.count
    bytes += rows.bytes
    ends += rows.ends.map { $0 + start }
  }
}

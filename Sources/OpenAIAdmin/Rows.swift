internal import Glibc
internal import JSONReader
internal import Staging

/// Objects of the API, verbatim, in one buffer: no allocation for each, and no copy of those that came on one line.
///
/// An object that came on one line is kept to the byte. One that was indented loses the white space between
/// its tokens, so that it is one line of NDJSON, and the same one however the server indents it.
public struct Rows: Sendable, RandomAccessCollection {
  /// What the rows stand in: the page that they came with, or nothing but them.
  private var buffer: [UInt8] = []
  private var ranges: [Range<Int>] = []
  /// The length of all rows together, in bytes.
  public private(set) var size = 0

  /// The longest object taken, in bytes. A row has some hundred; what follows reads rows line by line.
  static let longestRow = 8 << 20

  public init() {}

  /// Rows that stand in a page. The page is shared, not copied.
  /// - Parameter mayHoldLineBreak: false where it is known that no line ends anywhere in the page.
  /// - Throws: ``PageDefect`` for an object longer than ``longestRow``.
  init(_ ranges: [Range<Int>], of page: [UInt8], mayHoldLineBreak: Bool) throws {
    if ranges.isEmpty { return }
    guard !mayHoldLineBreak else {
      try page.withUnsafeBufferPointer { page in
        for range in ranges { try append(UnsafeBufferPointer(rebasing: page[range])) }
      }
      return
    }
    for range in ranges { try Self.check(range.count) }
    buffer = page
    self.ranges = ranges
    size = ranges.reduce(0) { $0 + $1.count }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ranges.count }

  /// One object, from brace to brace.
  public subscript(position: Int) -> ArraySlice<UInt8> { buffer[ranges[position]] }

  /// - Parameter row: has to be JSON, and known to be.
  /// - Throws: ``PageDefect`` for an object longer than ``longestRow``.
  mutating func append(_ row: UnsafeBufferPointer<UInt8>) throws {
    try Self.check(row.count)
    let start = buffer.count
    if Self.holdsLineBreak(row) {
      JSONMinifier.append(row, to: &buffer)
    } else {
      buffer.append(contentsOf: row)
    }
    ranges.append(start..<buffer.count)
    size += buffer.count - start
  }

  mutating func append(contentsOf rows: Rows) throws {
    try rows.forEachRow { try append($0) }
  }

  /// Calls `body` with each row.
  public func forEachRow(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
    try buffer.withUnsafeBufferPointer { buffer in
      for range in ranges { try body(UnsafeBufferPointer(rebasing: buffer[range])) }
    }
  }

  /// Calls `body` with each row in the order of their bytes.
  public func forEachRowSorted(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
    try buffer.withUnsafeBufferPointer { try RowOrder($0, ranges).forEachRow(body) }
  }

  private static func check(_ length: Int) throws {
    guard length <= longestRow else {
      throw PageDefect(reason: "an object of it is \(length) bytes long, more than \(longestRow)")
    }
  }

  private static func holdsLineBreak(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    return memchr(base, 0x0A, bytes.count) != nil || memchr(base, 0x0D, bytes.count) != nil
  }
}

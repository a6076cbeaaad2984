/// Objects of the API, verbatim, one after another in one buffer: no allocation for each.
///
/// Line breaks between an object's tokens are replaced by spaces, so that each is one line of NDJSON;
/// inside of strings JSON has none.
public struct Rows: Sendable, RandomAccessCollection {
  /// All rows without anything between them.
  public private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// One object, from brace to brace.
  public subscript(position: Int) -> ArraySlice<UInt8> { bytes[range(position)] }

  /// Where a row stands in ``bytes``.
  public func range(_ position: Int) -> Range<Int> {
    (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  mutating func append(_ row: UnsafeBufferPointer<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: row)
    for at in start..<bytes.count where bytes[at] == 0x0A || bytes[at] == 0x0D { bytes[at] = 0x20 }
    ends.append(bytes.count)
  }

  mutating func append(contentsOf rows: Rows) {
    let start = bytes.count
    bytes += rows.bytes
    ends += rows.ends.map { $0 + start }
  }
}

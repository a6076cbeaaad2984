/// Collects rows as bytes and gives them back sorted, so that a file does not depend on the order in which
/// the API answered (DESIGN, section 5).
///
/// Hot path: all rows share one buffer, and sorting moves no bytes (``RowOrder``).
public struct SortedRows: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  public init() {}

  public var count: Int { ends.count }
  public var isEmpty: Bool { ends.isEmpty }

  /// Makes room for so many more rows of so many bytes together.
  public mutating func reserve(rows: Int, bytes count: Int) {
    // Only at once: reserving again and again would copy again and again.
    guard bytes.isEmpty else { return }
    bytes.reserveCapacity(count)
    ends.reserveCapacity(rows)
  }

  /// Forgets the rows, keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Appends what `write` appends as one row.
  public mutating func append(_ write: (inout [UInt8]) throws -> Void) rethrows {
    try write(&bytes)
    ends.append(bytes.count)
  }

  public mutating func append(_ row: [UInt8]) {
    bytes.append(contentsOf: row)
    ends.append(bytes.count)
  }

  public mutating func append(_ row: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: row)
    ends.append(bytes.count)
  }

  /// Calls `body` with each row in byte order.
  /// - Parameter common: how many bytes all rows are known to start with in common.
  public func forEachRow(
    common: Int = 0, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    try bytes.withUnsafeBufferPointer { buffer in
      var start = 0
      let ranges = ends.map { end in
        defer { start = end }
        return start..<end
      }
      try RowOrder(buffer, ranges).forEachRow(common: common, body)
    }
  }

  /// The rows, sorted, behind `header`, as one gzip member.
  public func gzip(header: [UInt8] = []) throws -> [UInt8] {
    let encoder = try GzipEncoder()
    try encoder.append(header)
    try forEachRow { try encoder.append($0) }
    return try encoder.finish()
  }
}

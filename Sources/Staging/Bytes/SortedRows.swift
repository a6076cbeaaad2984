import Glibc

/// Collects rows as bytes and gives them back sorted, so that a file does not depend on the order in which
/// the API answered (DESIGN, section 5).
///
/// Hot path: all rows share one buffer; sorting moves offsets, not bytes.
public struct SortedRows {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  public init() {}

  public var count: Int { ends.count }
  public var isEmpty: Bool { ends.isEmpty }

  /// Appends what `write` appends as one row.
  public mutating func append(_ write: (inout [UInt8]) throws -> Void) rethrows {
    try write(&bytes)
    ends.append(bytes.count)
  }

  public mutating func append(_ row: [UInt8]) {
    bytes.append(contentsOf: row)
    ends.append(bytes.count)
  }

  /// Calls `body` with each row in byte order.
  public func forEachRow(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
    try bytes.withUnsafeBufferPointer { buffer in
      func row(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: buffer[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
      }
      let order = ends.indices.sorted { Self.precedes(row($0), row($1)) }
      for index in order { try body(row(index)) }
    }
  }

  /// The rows, sorted, behind `header`, as one gzip member.
  public func gzip(header: [UInt8] = []) throws -> [UInt8] {
    let encoder = try GzipEncoder()
    try encoder.append(header)
    try forEachRow { try encoder.append($0) }
    return try encoder.finish()
  }

  private static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>)
    -> Bool
  {
    guard let first = left.baseAddress, let second = right.baseAddress else {
      return left.count < right.count
    }
    let order = memcmp(first, second, min(left.count, right.count))
    return order == 0 ? left.count < right.count : order < 0
  }
}

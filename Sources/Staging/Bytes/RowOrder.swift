/// Sorts rows of one buffer by their bytes.
///
/// Rows of one file have long stretches in common, so they are sorted eight bytes at a time: by one number each,
/// and only those that are equal so far by the next eight.
///
/// Hot path: numbers move, bytes stay where they are.
public struct RowOrder {
  private struct Row {
    /// The eight bytes that decide now, first byte highest; zeros behind the row's end.
    var key: UInt64
    var start: Int
    var end: Int
  }

  private let buffer: UnsafeBufferPointer<UInt8>
  private let rows: [Row]

  /// - Parameters:
  ///   - buffer: has to outlive this.
  ///   - ranges: where the rows lie in it.
  public init(_ buffer: UnsafeBufferPointer<UInt8>, _ ranges: [Range<Int>]) {
    self.buffer = buffer
    rows = ranges.map { Row(key: 0, start: $0.lowerBound, end: $0.upperBound) }
  }

  /// Calls `body` with each row in byte order.
  /// - Parameter common: how many bytes all rows are known to start with in common.
  public func forEachRow(
    common: Int = 0, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    var rows = rows
    rows.withUnsafeMutableBufferPointer { sort($0, from: common) }
    for row in rows { try body(UnsafeBufferPointer(rebasing: buffer[row.start..<row.end])) }
  }

  /// Sorts rows that are equal up to `offset`.
  private func sort(_ group: UnsafeMutableBufferPointer<Row>, from first: Int) {
    var group = group
    var offset = first
    // Recursion is for groups only: what all rows have in common is walked over here.
    while group.count > 1 {
      var isSorted = true
      for index in group.indices {
        group[index].key = key(of: group[index], at: offset)
        if index > 0, group[index].key < group[index - 1].key { isSorted = false }
      }
      // A stable order of equal rows needs no care: they are the same bytes.
      if !isSorted { group.sort { $0.key < $1.key } }
      if group[0].key != group[group.count - 1].key { return sortGroups(of: group, from: offset + 8) }
      if isOver(group, at: offset + 8) { return sortByLength(group) }
      offset += 8
    }
  }

  private func sortGroups(of rows: UnsafeMutableBufferPointer<Row>, from offset: Int) {
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end].key == rows[start].key { end += 1 }
      if end - start > 1 {
        let group = UnsafeMutableBufferPointer(rebasing: rows[start..<end])
        if isOver(group, at: offset) { sortByLength(group) } else { sort(group, from: offset) }
      }
      start = end
    }
  }

  private func isOver(_ group: UnsafeMutableBufferPointer<Row>, at offset: Int) -> Bool {
    group.allSatisfy { $0.end - $0.start <= offset }
  }

  /// Rows that are equal but for zero bytes at their ends: the shorter first.
  private func sortByLength(_ group: UnsafeMutableBufferPointer<Row>) {
    var group = group
    group.sort { $0.end - $0.start < $1.end - $1.start }
  }

  private func key(of row: Row, at offset: Int) -> UInt64 {
    let start = row.start + offset
    guard let base = buffer.baseAddress, start < row.end else { return 0 }
    if row.end - start >= 8 {
      return UInt64(bigEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
    }
    var key: UInt64 = 0
    for index in 0..<8 {
      key = key << 8 | (start + index < row.end ? UInt64(base[start + index]) : 0)
    }
    return key
  }
}

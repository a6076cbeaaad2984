import Glibc

/// Collects rows as bytes and gives them back sorted, so that a file does not depend on the order in which
/// the API answered (DESIGN, section 5).
///
/// Hot path: all rows share one buffer; sorting moves numbers, not bytes, and compares eight bytes at a time.
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
      for row in RowOrder(buffer, ends: ends).sorted(from: common) {
        try body(UnsafeBufferPointer(rebasing: buffer[row.start..<row.end]))
      }
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

/// Sorts rows of one buffer by their bytes.
///
/// Rows of one file have long stretches in common, so they are sorted eight bytes at a time: by one number each,
/// and only those that are equal so far by the next eight.
private struct RowOrder {
  struct Row {
    /// The eight bytes that decide now, first byte highest; zeros behind the row's end.
    var key: UInt64
    var start: Int
    var end: Int
  }

  private let buffer: UnsafeBufferPointer<UInt8>
  private var rows: [Row]

  init(_ buffer: UnsafeBufferPointer<UInt8>, ends: [Int]) {
    self.buffer = buffer
    rows = []
    rows.reserveCapacity(ends.count)
    var start = 0
    for end in ends {
      rows.append(Row(key: 0, start: start, end: end))
      start = end
    }
  }

  func sorted(from offset: Int) -> [Row] {
    var rows = rows
    rows.withUnsafeMutableBufferPointer { sort($0, from: offset) }
    return rows
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

import Staging
import TestSupport
import Testing

@Suite struct ByteBufferTests {
  @Test func appendingPaddedBytesAppendsJustThem() {
    var random = RepeatableGenerator(seed: 41)
    var buffer = ByteBuffer(capacity: 64)
    var expected: [UInt8] = []
    for _ in 0..<2000 {
      let bytes = random.bytes(Int.random(in: 0...90, using: &random))
      let padded = bytes + random.bytes(ByteBuffer.padding)
      padded.withUnsafeBufferPointer { padded in
        if let base = padded.baseAddress { buffer.append(padded: base, count: bytes.count) }
      }
      expected += bytes
    }
    #expect(buffer.array == expected)
  }

  @Test func forgetsTheFirstBytes() {
    var buffer = ByteBuffer()
    buffer.append([1, 2, 3, 4, 5])
    buffer.removeFirst(2)
    #expect(buffer.array == [3, 4, 5])
    buffer.removeFirst(0)
    buffer.append(6)
    #expect(buffer.array == [3, 4, 5, 6])
    buffer.removeFirst(4)
    #expect(buffer.array == [])
  }

  /// Sorting may begin behind what all rows have in common.
  @Test func whatRowsHaveInCommonNeedNotBeSorted() {
    var random = RepeatableGenerator(seed: 42)
    for common in [0, 1, 7, 8, 9, 40] {
      let head = random.bytes(common)
      var rows = SortedRows()
      var expected: [[UInt8]] = []
      for _ in 0..<200 {
        let row =
          head
          + (0..<Int.random(in: 0...20, using: &random)).map { _ in random.pick([0, 1, 255] as [UInt8]) }
        rows.append(row)
        expected.append(row)
      }
      var found: [[UInt8]] = []
      rows.forEachRow(common: common) { found.append(Array($0)) }
      #expect(found == expected.sorted { $0.lexicographicallyPrecedes($1) })
    }
  }
}

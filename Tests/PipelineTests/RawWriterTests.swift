import Staging
import TestSupport
import Testing

@testable import OpenAIAdmin
@testable import Pipeline

@Suite struct RawWriterTests {
  /// A file straight from the page is the file made of lines.
  @Test(arguments: 0..<50)
  func bothWaysGiveTheSameBytes(seed: Int) throws {
    var random = RepeatableGenerator(seed: UInt64(seed))
    var rows = Rows()
    for _ in 0..<Int.random(in: 0...300, using: &random) {
      let members = (0..<Int.random(in: 0...3, using: &random)).map { index in
        "\"k\(index)\":\"\(random.pick(["a", "a b", "漢", "aaaaaaaaaaaaaaaaaaaa", ""]))\""
      }
      let row = Array("{\(members.joined(separator: random.pick([",", ", "])))}".utf8)
      try row.withUnsafeBufferPointer { try rows.append($0) }
    }
    let day = try #require(Day("2026-11-03"))
    let writer = RawWriter(
      partitions: PartitionStore(MemoryStore()), organization: "acme",
      plan: DayPlan(today: day, lookbackDays: 4))
    var lines = SortedRows()
    writer.lines(rows, day: day, into: &lines)
    let file = try writer.file(rows, day: day)
    #expect(file.content == (try lines.gzip()))
    #expect(file.rows == rows.count && file.name == "part-00001.ndjson.gz")
  }
}

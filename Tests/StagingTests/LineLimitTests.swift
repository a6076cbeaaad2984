import Diagnostics
import Staging
import Testing

/// A line that no stage writes fills no memory.
@Suite struct LineLimitTests {
  private func lines(_ length: Int) throws -> [Int] {
    let encoder = try GzipEncoder()
    try encoder.append(Array("{}\n".utf8))
    try encoder.append([UInt8](repeating: UInt8(ascii: "x"), count: length))
    try encoder.append(Array("\n".utf8))
    var lengths: [Int] = []
    try LineReader.forEachLine(ofGzip: try encoder.finish(), path: "part.gz") { line, _ in
      lengths.append(line.count)
    }
    return lengths
  }

  @Test func aLineBeyondTheLimitIsRefused() throws {
    #expect(try lines(1 << 20) == [2, 1 << 20])
    let error = #expect(throws: CorruptFile.self) { try lines(LineReader.lineLimit + (1 << 20)) }
    #expect(error?.description.contains("part.gz") == true && error?.recovery == .refuseData)
  }
}

import Staging
import TestSupport
import Testing

@Suite struct LineReaderTests {
  private func read(_ text: [UInt8]) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    try LineReader.forEachLine(ofGzip: GzipEncoder.compress(text), path: "part.ndjson.gz") { line, number in
      #expect(number == lines.count + 1)
      lines.append(Array(line))
    }
    return lines
  }

  /// Lines of all lengths, some longer than the reader's window of 256 KiB.
  @Test(arguments: [true, false])
  func givesBackEveryLine(endsWithLineFeed: Bool) throws {
    var random = RepeatableGenerator(seed: 1)
    var lines = (0..<500).map { index in
      random.bytes(index < 490 ? Int.random(in: 1...3000, using: &random) : 262_120 + index)
        .map { $0 == 0x0A ? 0x0D : $0 }
    }
    lines.append([UInt8](repeating: 0x61, count: 1_200_000))
    lines.append([0x62])
    let text = Array(lines.joined(separator: [0x0A])) + (endsWithLineFeed ? [0x0A] : [])
    #expect(try read(text) == lines)
  }

  @Test func aFileMayHaveNoLines() throws {
    #expect(try read([]) == [])
  }

  @Test(arguments: [("\n", 1), ("{}\n\n{}\n", 2), ("{}\n{}\n\n", 3)])
  func anEmptyLineIsRefusedByItsNumber(text: String, line: Int) {
    let error = #expect(throws: CorruptFile.self) { try read(Array(text.utf8)) }
    #expect(error?.reason == "line \(line) is empty")
  }

  @Test func anErrorOfTheBodyEndsTheReading() throws {
    struct Stop: Error {}
    var count = 0
    #expect(throws: Stop.self) {
      try LineReader.forEachLine(ofGzip: GzipEncoder.compress(Array("1\n2\n3\n".utf8)), path: "x") {
        _, number in
        count += 1
        if number == 2 { throw Stop() }
      }
    }
    #expect(count == 2)
  }
}

@Suite struct SortedRowsTests {
  @Test func sortsByBytes() throws {
    var random = RepeatableGenerator(seed: 1)
    var rows: [[UInt8]] = [[], [], [0], [0, 0], [0xFF], Array("é".utf8), Array("z".utf8), Array("za".utf8)]
    for _ in 0..<2000 {
      rows.append(
        (0..<Int.random(in: 0...6, using: &random)).map { _ in random.pick([0, 0x7F, 0x80, 0xFF]) })
    }
    let expected = rows.sorted { $0.lexicographicallyPrecedes($1) }
    for seed in 0..<3 {
      var shuffle = RepeatableGenerator(seed: UInt64(seed))
      var sorted = SortedRows()
      for (index, row) in rows.shuffled(using: &shuffle).enumerated() {
        if index % 2 == 0 { sorted.append(row) } else { sorted.append { $0 += row } }
      }
      #expect(sorted.count == rows.count)
      var found: [[UInt8]] = []
      func collect(_ row: UnsafeBufferPointer<UInt8>) { found.append(Array(row)) }
      sorted.forEachRow(collect)
      #expect(found == expected)
      #expect(try GzipDecoder.decompress(sorted.gzip(header: [0x48])) == [0x48] + expected.flatMap { $0 })
    }
  }

  @Test func mayBeEmpty() throws {
    let rows = SortedRows()
    #expect(rows.isEmpty)
    func refuse(_ row: UnsafeBufferPointer<UInt8>) { Issue.record("there is no row") }
    rows.forEachRow(refuse)
    #expect(try GzipDecoder.decompress(rows.gzip()) == [])
  }
}

@Suite struct DigestTests {
  @Test(.enabled(if: Python.isAvailable))
  func agreesWithHashlib() throws {
    var random = RepeatableGenerator(seed: 1)
    let script = "import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    for size in [0, 1, 55, 56, 63, 64, 65, 1000, 300_000] {
      let bytes = random.bytes(size)
      let expected = try #require(try Python.lines(script, input: bytes).first)
      #expect(Digest(of: bytes).hex == expected)
      let cut = size / 3
      #expect(Digest(of: [Array(bytes[..<cut]), [], Array(bytes[cut...])]).hex == expected)
    }
    #expect(Digest(of: "漢字").hex == Digest(of: Array("漢字".utf8)).hex)
  }
}

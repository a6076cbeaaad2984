import Foundation
import Staging
import TestSupport
import Testing

@Suite struct CSVTests {
  /// Wherever the reader's window ends, between a closing quote and its line feed too.
  @Test func quotedFieldsBeforeCarriageReturnsAtAnyPlace() throws {
    for length in (1 << 18) - 24..<(1 << 18) + 8 {
      let text = "a,b\r\n" + String(repeating: "x", count: length) + ",\"q\"\r\ny,z\r\n"
      var rows: [[String?]] = []
      try CSVReader.forEachRecord(
        ofGzip: try GzipEncoder.compress(Array(text.utf8)), path: "test", header: ["a", "b"]
      ) { rows.append([$0.text(0).map { String($0.count) }, $0.text(1)]) }
      #expect(rows == [["\(length)", "q"], ["1", "z"]])
    }
  }

  /// Rows of fields that CSV finds hard; an empty field and a missing one are the same.
  static func rows(seed: UInt64, columns: Int, count: Int) -> [[String]] {
    var random = RepeatableGenerator(seed: seed)
    let parts = [
      "\"", "\"\"", ",", "\n", "\r", "\r\n", "\0", "漢字", "한국어", "👩🏽‍💻", "e\u{301}", "\u{FEFF}", " ", "'", ";",
      "=1+1", "\\", "\t", "gpt-5, input", "plain", "-0.000001", "null",
    ]
    return (0..<count).map { _ in
      (0..<columns).map { _ in
        (0..<Int.random(in: 0...4, using: &random)).map { _ in random.pick(parts) }.joined()
      }
    }
  }

  private static func csv(_ rows: [[String]]) -> [UInt8] {
    var row = CSVRow()
    for fields in rows {
      for field in fields { row.append(field.isEmpty ? nil : field) }
      row.endRow()
    }
    return row.bytes
  }

  private static func read(_ csv: [UInt8], header: [String]) throws -> [[String]] {
    var rows: [[String]] = []
    try CSVReader.forEachRecord(ofGzip: GzipEncoder.compress(csv), path: "charges.csv.gz", header: header) {
      #expect($0.number == rows.count + 1)
      let record = $0
      rows.append((0..<record.count).map { record.text($0) ?? "" })
    }
    return rows
  }

  @Test(arguments: [2, 3, 17])
  func givesBackWhatWentIn(columns: Int) throws {
    let rows = Self.rows(seed: UInt64(columns), columns: columns, count: 3000)
    let header = (0..<columns).map { "column \($0), \"x\"" }
    #expect(try Self.read(Self.csv([header] + rows), header: header) == rows)
  }

  @Test(.enabled(if: Python.isAvailable))
  func pythonReadsIt() throws {
    let rows = Self.rows(seed: 11, columns: 4, count: 2000)
    let script = """
      import csv,io,json,sys
      text = sys.stdin.buffer.read().decode()
      json.dump(list(csv.reader(io.StringIO(text, newline=""), strict=True)), sys.stdout)
      """
    let output = try Python.run(script, input: Self.csv(rows))
    #expect(try JSONDecoder().decode([[String]].self, from: Data(output)) == rows)
  }

  @Test(
    .enabled(if: Python.isAvailable), arguments: ["QUOTE_ALL \n", "QUOTE_ALL \r\n", "QUOTE_MINIMAL \r\n"])
  func readsWhatPythonWrites(style: String) throws {
    let header = ["a", "b", "c"]
    let rows = Self.rows(seed: 12, columns: 3, count: 2000)
    let script = """
      import csv,io,json,sys
      out = io.StringIO(newline="")
      quoting, end = sys.argv[1].split(" ", 1)
      csv.writer(out, quoting=getattr(csv, quoting), lineterminator=end).writerows(json.load(sys.stdin))
      sys.stdout.buffer.write(out.getvalue().encode())
      """
    let input = [UInt8](try JSONEncoder().encode([header] + rows))
    #expect(try Self.read(Python.run(script, [style], input: input), header: header) == rows)
  }

  /// The reader looks through a window of 256 KiB: records that end on either side of its edges.
  @Test(arguments: [262_100, 262_143, 262_144, 262_145, 524_288, 1_500_000])
  func readsRecordsLongerThanTheWindow(length: Int) throws {
    let header = ["a", "b"]
    let rows = [
      ["first", "row"], [String(repeating: "a\"b,\n", count: length / 5), "漢字"],
      [String(repeating: "x", count: length), "\""], ["last", "row"],
    ]
    #expect(try Self.read(Self.csv([header] + rows), header: header) == rows)
  }

  /// Quotes and line ends at every place around the window's edge.
  @Test func doesNotMissAQuoteAtTheEdgeOfTheWindow() throws {
    let header = ["a", "b"]
    for padding in 262_110...262_160 {
      let rows = [[String(repeating: "x", count: padding), "\"\"\",\"\n\"\"\n\""], ["\"\"", "end"]]
      #expect(try Self.read(Self.csv([header] + rows), header: header) == rows, "padding \(padding)")
    }
  }

  @Test func theLastLineMayLackItsEnd() throws {
    #expect(try Self.read(Array("a,b\n1,2".utf8), header: ["a", "b"]) == [["1", "2"]])
    #expect(try Self.read(Array("a,b\n1,\"2\"".utf8), header: ["a", "b"]) == [["1", "2"]])
    #expect(try Self.read(Array("a,b\n1,".utf8), header: ["a", "b"]) == [["1", ""]])
    #expect(try Self.read(Array("a,b".utf8), header: ["a", "b"]) == [])
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", "record 2"), ("a,b\n1,2\n3,4,5\n", "record 2"), ("a,b\n1,2\n\n", "record 2"),
    ("a,b\n1,\"2\n", "record 1"), ("a,b\n1,2\n\"3\"x,4\n", "record 2, field 1"),
    ("a,b\n1,\"2\" \n", "record 1, field 2"), ("a,b\n1,\"2\"\"\n", "record 1"), ("b,a\n1,2\n", "header"),
    ("a\n", "header"), ("", "no header"), ("\n", "header"), ("\"a,b\n", "record 0"),
  ])
  func whatIsBrokenIsNamed(text: String, place: String) throws {
    let error = #expect(throws: CorruptFile.self) { try Self.read(Array(text.utf8), header: ["a", "b"]) }
    let reason = try #require(error?.reason)
    #expect(reason.contains(place), "\(reason)")
    #expect(error?.path == "charges.csv.gz")
  }

  @Test func aRecordWithoutEndIsRefusedBeforeItFillsTheMemory() throws {
    let endless = Array("a,b\n\"".utf8) + [UInt8](repeating: 0x78, count: CSVReader.recordLimit + 1000)
    let error = #expect(throws: CorruptFile.self) { try Self.read(endless, header: ["a", "b"]) }
    #expect(error?.reason.contains("longer than") == true)
  }

  @Test func nullAndEmptyAreBothNothing() {
    var row = CSVRow()
    row.append(nil as String?)
    row.append("")
    row.append(-7)
    row.appendPlain { $0.append(contentsOf: "1.50".utf8) }
    row.endRow()
    #expect(row.bytes == Array(",,-7,1.50\n".utf8))
    row.removeAll()
    row.append("x")
    row.endRow()
    #expect(row.bytes == Array("x\n".utf8))
  }
}

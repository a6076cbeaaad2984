import Foundation
import JSONReader
import Staging
import TestSupport
import Testing

@testable import Spend

@Suite struct UsageRowWriterTests {
  /// The rows as they come out of the file, by column.
  private func write(_ results: [String], mismatches: Int = 0) throws -> [[String: String]] {
    var writer = UsageRowWriter(service: "completions")
    var row = ByteBuffer()
    var table = UsageTable()
    for result in results {
      try RawLineSupport.parse(result) { try writer.append($0, to: &row, and: &table) }
    }
    #expect(writer.mismatches == mismatches)
    var rows: [[String: String]] = []
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(CSVRow.header(UsageFile.header) + row.array), path: UsageFile.name,
      header: UsageFile.header
    ) { record in
      rows.append(
        Dictionary(
          uniqueKeysWithValues: UsageFile.header.enumerated().compactMap { index, name in
            record.text(index).map { (name, $0) }
          }))
    }
    return rows
  }

  private static let columns = UsageFile.dimensions + UsageFile.measures

  @Test func everyMeasureAndDimensionHasItsColumn() throws {
    let members = Self.columns.enumerated().map { index, name in
      UsageFile.dimensions.contains(name) ? "\"\(name)\":\"v \(index), \\\"\"" : "\"\(name)\":\(index)"
    }
    var expected = ["service": "completions", "token_check": "mismatch"]
    for (index, name) in Self.columns.enumerated() {
      expected[name] = UsageFile.dimensions.contains(name) ? "v \(index), \"" : "\(index)"
    }
    // In whatever order the members come, and after rows in another order.
    var results: [String] = []
    for seed in 0..<5 {
      var random = RepeatableGenerator(seed: UInt64(seed))
      results.append("{" + members.shuffled(using: &random).joined(separator: ",") + "}")
    }
    #expect(try write(results, mismatches: 5) == results.map { _ in expected })
  }

  /// Rows with the members of the row before, with others, with some that no column is for.
  @Test func aRowOfTheSameShapeIsTheSame() throws {
    var random = RepeatableGenerator(seed: 9)
    let parser = JSONParser()
    var writer = UsageRowWriter(service: "completions")
    var (table, aloneTable) = (UsageTable(), UsageTable())
    var names = Self.columns
    var shapes: Set<Int> = []
    for _ in 0..<2000 {
      if Int.random(in: 0..<20, using: &random) == 0 {
        names = Array(
          (Self.columns + ["object", "new_1", "new_2", "model"]).shuffled(using: &random).prefix(12))
      }
      let members = names.map { name in
        // What is seldom has to be read in full.
        let values =
          Int.random(in: 0..<50, using: &random) == 0
          ? [#""long text, \"q\"""#, "{}"] : ["null", "0", "17", #""text""#, "true", "-1.5"]
        return "\"\(name)\":\(random.pick(values))"
      }
      let line = try RawLineSupport.line("{\(members.joined(separator: ","))}")
      var row = ByteBuffer()
      try parser.parse(line) { try writer.append($0, shape: parser.shape, to: &row, and: &table) }
      shapes.insert(parser.shape)
      var alone = UsageRowWriter(service: "completions")
      var expected = ByteBuffer()
      try JSONParser().parse(line) { try alone.append($0, to: &expected, and: &aloneTable) }
      #expect(row.array == expected.array, "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(shapes.count > 100 && shapes.count < 1900)
    #expect(table.users == aloneTable.users && table.groups == aloneTable.groups)
    for measure in UsageMeasure.allCases {
      let (one, other) = (table.column(measure), aloneTable.column(measure))
      #expect((0..<2000).allSatisfy { one[$0] == other[$0] })
    }
  }

  @Test func whatIsAbsentOrNullIsNothing() throws {
    let rows = try write([
      #"{"object":"organization.usage.completions.result","model":"gpt-5","num_model_requests":3}"#,
      #"{"model":null,"batch":false,"num_model_requests":null,"service_tier":""}"#,
      #"{}"#,
    ])
    #expect(
      rows == [
        ["service": "completions", "model": "gpt-5", "num_model_requests": "3"],
        ["service": "completions", "batch": "false"], ["service": "completions"],
      ])
  }

  @Test func unknownFieldsStayVerbatimAsJSON() throws {
    let rows = try write([
      #"{"model":"m","zeta":1.50,"amount":{"value":0E-6176,"list":[1,"a\"b"]},"text":"ta\"b\u00e9\n","é\"":null}"#
    ])
    #expect(
      rows == [
        [
          "service": "completions", "model": "m",
          "other_fields":
            #"{"amount":{"value":0E-6176,"list":[1,"a\"b"]},"text":"ta\"b\u00e9\n","zeta":1.50,"é\"":null}"#,
        ]
      ])
    let json = try #require(rows[0]["other_fields"])
    let names = try JSONParser().parse(Array(json.utf8)) { root in
      root.members.map { members in members.map { $0.key.string } }
    }
    #expect(names == ["amount", "text", "zeta", "é\""])
  }

  /// Known fields of an unknown kind are kept as they are written.
  @Test func aKnownFieldMayHoldAnything() throws {
    let rows = try write([#"{"model":7,"size":["1024x1024","a, b"],"images":"3","seconds":1.250}"#])
    #expect(
      rows == [
        [
          "service": "completions", "model": "7", "size": #"["1024x1024","a, b"]"#, "images": "3",
          "seconds": "1.250",
        ]
      ])
  }

  /// DESIGN C11: input = uncached + cached + cache write.
  @Test(arguments: [
    (#"{"input_tokens":10,"input_uncached_tokens":10}"#, "ok"),
    (
      #"{"input_tokens":10,"input_uncached_tokens":3,"input_cached_tokens":5,"input_cache_write_tokens":2}"#,
      "ok"
    ),
    (#"{"input_tokens":10,"input_uncached_tokens":3,"input_cached_tokens":7}"#, "ok"),
    (#"{"input_tokens":10,"input_uncached_tokens":3,"input_cached_tokens":6}"#, "mismatch"),
    (#"{"input_tokens":10,"input_uncached_tokens":11}"#, "mismatch"),
    (#"{"input_tokens":0,"input_uncached_tokens":0,"input_cached_tokens":null}"#, "ok"),
    (#"{"input_tokens":10,"input_cached_tokens":3}"#, nil), (#"{"input_uncached_tokens":3}"#, nil),
    (#"{"input_tokens":null,"input_uncached_tokens":3}"#, nil),
    (
      #"{"input_tokens":9223372036854775807,"input_uncached_tokens":9223372036854775807,"input_cached_tokens":1}"#,
      "mismatch"
    ),
  ])
  func checksThatTokenKindsAddUp(result: String, expected: String?) throws {
    let rows = try write([result], mismatches: expected == "mismatch" ? 1 : 0)
    #expect(rows.first?["token_check"] == expected)
  }

  @Test func refusesWhatIsNoEnvelope() throws {
    var writer = UsageRowWriter(service: "images")
    var row = ByteBuffer()
    var table = UsageTable()
    #expect(throws: RefusedLine.self) {
      try JSONParser().parse(Array("{\"result\":[]}".utf8)) { try writer.append($0, to: &row, and: &table) }
    }
  }
}

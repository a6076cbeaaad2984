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

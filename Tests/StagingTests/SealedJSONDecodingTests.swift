import Foundation
import JSONReader
import Staging
import TestSupport
import Testing

/// Sealed files are read by a decoder of our own: it reads what Foundation's reads.
@Suite struct SealedJSONDecodingTests {
  /// A record of which every part may be there or not, with text that JSON escapes.
  private static func record(_ random: inout RepeatableGenerator) throws -> PartitionRecord {
    func text(_ random: inout RepeatableGenerator) -> String {
      let pieces = ["a", "\"", "\\", "/", "\n", "\u{1}", "é", "漢", "\u{1F4B0}", "{", ",", ":", " "]
      return (0..<Int.random(in: 0...12, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
    }
    func texts(_ random: inout RepeatableGenerator) -> [String: String] {
      var texts: [String: String] = [:]
      for _ in 0..<Int.random(in: 0...20, using: &random) { texts[text(&random)] = text(&random) }
      return texts
    }
    var record = PartitionRecord(
      organization: text(&random), dataset: text(&random), day: try #require(Day("2026-11-03")),
      open: Bool.random(using: &random),
      dimensions: (0..<Int.random(in: 0...4, using: &random)).map { _ in text(&random) },
      controlTotals: Bool.random(using: &random) ? texts(&random) : nil, madeFrom: texts(&random))
    record.rows = Int.random(in: Int.min...Int.max, using: &random)
    record.files = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      FileRecord(
        path: text(&random), rows: .random(in: 0...9, using: &random), bytes: 7, sha256: text(&random))
    }
    if Bool.random(using: &random) { record.balanced = Bool.random(using: &random) }
    if Bool.random(using: &random) { record.refused = texts(&random) }
    if Bool.random(using: &random) { record.degraded = [text(&random)] }
    if Bool.random(using: &random) {
      record.attribution = AttributionRecord(
        methods: [text(&random): texts(&random)], unattributed: [text(&random): texts(&random), "x": [:]])
    }
    return record
  }

  @Test func readsRecordsAsFoundationDoes() throws {
    var random = RepeatableGenerator(seed: 7)
    for _ in 0..<300 {
      let record = try Self.record(&random)
      let text = try record.sealed()
      #expect(try PartitionRecord(sealed: text, path: "x") == record)
      #expect(try JSONDecoder().decode(PartitionRecord.self, from: Data(text)) == record)
    }
  }

  @Test func writesRecordsAsFoundationDoes() throws {
    var random = RepeatableGenerator(seed: 8)
    for _ in 0..<300 {
      let record = try Self.record(&random)
      #expect(try JSONText.pretty(record) + [0x0A] == DeterministicJSON.encode(record))
    }
  }

  @Test func writesWhateverIsEncodable() throws {
    let sample = Sample(
      name: "b\"\u{7F}\u{2028}/", numbers: [1, nil, -3], nested: [[], [.init(flag: true, number: nil)]],
      kinds: ["z": .one, "e\u{301}": .two, "f": .one, "\u{FF5E}": .two, "\u{1F4B0}": .one, "A": .one],
      small: nil)
    #expect(try JSONText.pretty(sample) + [0x0A] == DeterministicJSON.encode(sample))
    let containers: [String: [String: [Int]]] = ["b": [:], "a": ["y": [], "x": [Int.min, Int.max]]]
    #expect(try JSONText.pretty(containers) + [0x0A] == DeterministicJSON.encode(containers))
    #expect(try JSONText.pretty([String: Int]()) + [0x0A] == DeterministicJSON.encode([String: Int]()))
    #expect(throws: EncodingError.self) { try JSONText.pretty(["x": 0.5]) }
  }

  private struct Sample: Codable, Equatable {
    struct Inner: Codable, Equatable {
      var flag: Bool
      var number: Int16?
    }
    enum Kind: String, Codable { case one, two }
    var name: String
    var numbers: [Int?]
    var nested: [[Inner]]
    var kinds: [String: Kind]
    var small: UInt8?
    var texts: [String: String]?
  }

  /// The same values, and the same refusals at the same places.
  @Test(arguments: [
    #"{"name":"x","numbers":[1,null,-3],"nested":[[{"flag":true}],[]],"kinds":{"a":"one"},"small":255}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{},"unknown":{"deep":[1,2.5]},"small":null}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{},"texts":{"a\u0062":"\n","":"é"}}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{},"texts":{"a":"b","c":7}}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{},"texts":["a"]}"#,
    #"{"numbers":[],"nested":[],"kinds":{}}"#, #"{"name":null,"numbers":[],"nested":[],"kinds":{}}"#,
    #"{"name":7,"numbers":[],"nested":[],"kinds":{}}"#,
    #"{"name":"x","numbers":[true],"nested":[],"kinds":{}}"#,
    #"{"name":"x","numbers":{},"nested":[],"kinds":{}}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":[]}"#,
    #"{"name":"x","numbers":[],"nested":[[{"flag":1}]],"kinds":{}}"#,
    #"{"name":"x","numbers":[],"nested":[[{"flag":true,"number":70000}]],"kinds":{}}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{"a":"three"}}"#,
    #"{"name":"x","numbers":[],"nested":[],"kinds":{},"small":256}"#, "[]", "7", "null", #""x""#,
  ])
  func readsWhatFoundationReads(text: String) throws {
    let bytes = Array(text.utf8)
    let expected = Result { try JSONDecoder().decode(Sample.self, from: Data(bytes)) }
    let found = Result { try JSONParser().parse(bytes) { try $0.decode(Sample.self) } }
    #expect((try? expected.get()) == (try? found.get()))
    if case .failure(let known as DecodingError) = expected, case .failure(let error as DecodingError) = found
    {
      // Foundation names no place where a number is too large.
      #expect(Self.path(known).isEmpty || Self.path(error) == Self.path(known))
    }
  }

  private static func path(_ error: DecodingError) -> [String] {
    switch error {
    case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    @unknown default: []
    }
  }
}

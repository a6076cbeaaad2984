import Staging
import TestSupport
import Testing

@Suite struct DeterministicJSONTests {
  struct Sample: Codable, Equatable {
    var zebra: [String: String]
    var alpha: Int
    var path: String
    var missing: Int?
  }

  private let sample = Sample(
    zebra: Dictionary(uniqueKeysWithValues: (0..<50).map { ("key \($0)", "väl\"ue\n\($0)") }), alpha: 3,
    path: "focus/data/x", missing: nil)

  @Test(arguments: [true, false])
  func theSameValueIsAlwaysTheSameBytes(onOneLine: Bool) throws {
    let first = try DeterministicJSON.encode(sample, onOneLine: onOneLine)
    for seed in 0..<10 {
      var random = RepeatableGenerator(seed: UInt64(seed))
      var other = sample
      other.zebra = [:]
      for (key, value) in sample.zebra.shuffled(using: &random) { other.zebra[key] = value }
      #expect(try DeterministicJSON.encode(other, onOneLine: onOneLine) == first)
    }
    #expect(first.last == 0x0A)
    #expect((first.filter { $0 == 0x0A }.count == 1) == onOneLine)
    #expect(String(decoding: first, as: UTF8.self).contains("focus/data/x"))
    #expect(try DeterministicJSON.decode(Sample.self, from: first, path: "x") == sample)
  }

  @Test(.enabled(if: Python.isAvailable), arguments: [true, false])
  func pythonReadsItWithItsKeysSorted(onOneLine: Bool) throws {
    let script = """
      import json,sys
      def check(pairs):
          keys = [key for key, _ in pairs]
          assert len(keys) == len(set(keys)), keys
          print("sorted" if keys == sorted(keys) else "unsorted")
          return dict(pairs)
      value = json.load(sys.stdin, object_pairs_hook=check)
      print(len(value["zebra"]), value["zebra"]["key 7"] == 'väl"ue\\n7', value["alpha"])
      """
    let lines = try Python.lines(script, input: DeterministicJSON.encode(sample, onOneLine: onOneLine))
    #expect(lines == ["sorted", "sorted", "50 True 3"])
  }

  @Test(arguments: [
    ("{", "not readable"), ("{\"alpha\":1,\"path\":\"x\"}", "zebra is missing"),
    ("{\"alpha\":\"1\",\"path\":\"x\",\"zebra\":{}}", "alpha is not of type Int"),
    ("{\"alpha\":null,\"path\":\"x\",\"zebra\":{}}", "alpha"), ("\u{FF}", "not readable"),
    ("", "not readable"),
  ])
  func whatIsWrongIsNamed(text: String, words: String) throws {
    let error = #expect(throws: CorruptFile.self) {
      try DeterministicJSON.decode(Sample.self, from: Array(text.utf8), path: "focus/manifest.json")
    }
    let found = try #require(error)
    #expect(found.path == "focus/manifest.json")
    #expect(found.reason.contains(words), "\(found.reason)")
  }
}

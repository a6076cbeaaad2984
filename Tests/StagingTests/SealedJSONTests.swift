import Foundation
import Staging
import TestSupport
import Testing

@Suite struct SealedJSONTests {
  private struct Sample: SealedJSON, Equatable {
    var format = 2
    var name: String
    var sums: [String: String] = [:]
    static var sealName: StaticString { "sample_sha256" }
    var isOlderThanSeals: Bool { format == 1 }
  }

  /// As somebody checks it who does not have this program.
  @Test(.enabled(if: Python.isAvailable)) func theDigestIsThatOfTheTextWithoutIt() throws {
    let text = try Sample(name: "x").sealed()
    let script = """
      import hashlib, json, sys
      text = sys.stdin.read()
      seal = json.loads(text)["sample_sha256"]
      print(hashlib.sha256(text.replace(seal, "").encode()).hexdigest() == seal)
      """
    #expect(try Python.lines(script, input: text) == ["True"])
  }

  @Test func isTheTextWithoutASealAndOneMemberMore() throws {
    let sample = Sample(name: "x", sums: ["USD": "1.50"])
    let members = try #require(
      JSONSerialization.jsonObject(with: Data(try sample.sealed())) as? [String: Any])
    #expect(members.keys.sorted() == ["format", "name", "sample_sha256", "sums"])
    #expect((members["sample_sha256"] as? String)?.count == 64)
  }

  @Test(arguments: ["", "\n  \"sample_sha256\" : \"", "\u{FEFF}", "漢字", String(repeating: "a", count: 5000)])
  func whatWasSealedIsReadAgain(name: String) throws {
    let sample = Sample(name: name, sums: ["sample_sha256": String(repeating: "0", count: 64), name: "1"])
    #expect(try Sample(sealed: sample.sealed(), path: "x.json") == sample)
  }

  @Test func everyFlippedBitAndEveryCutIsNoticed() throws {
    let text = try Sample(name: "x", sums: ["USD": "67.22"]).sealed()
    var damaged = (0..<text.count).map { Array(text[..<$0]) }
    for bit in 0..<(text.count * 8) {
      var flipped = text
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      damaged.append(flipped)
    }
    damaged.append(text + [0x0A])
    for text in damaged {
      let error = #expect(throws: CorruptFile.self, "\(String(decoding: text, as: UTF8.self))") {
        try Sample(sealed: text, path: "x.json")
      }
      #expect(error?.path == "x.json")
    }
  }

  /// What nobody can make again is not thrown away for want of a digest.
  @Test func onlyAnEarlierFormIsReadWithoutASeal() throws {
    let old = Sample(format: 1, name: "x")
    #expect(try Sample(sealed: DeterministicJSON.encode(old), path: "x.json") == old)
    #expect(throws: CorruptFile.self) {
      try Sample(sealed: DeterministicJSON.encode(Sample(name: "x")), path: "x.json")
    }
    var damaged = try old.sealed()
    damaged[damaged.count / 2] ^= 1
    #expect(throws: CorruptFile.self) { try Sample(sealed: damaged, path: "x.json") }
  }
}

import TestSupport
import Testing

@testable import JSONReader

/// Brackets found 64 bytes at a time are those that are found one byte after the other.
@Suite struct JSONBracketsTests {
  private static func found(_ text: [UInt8]) -> (positions: [Int], mayHoldLineBreak: Bool) {
    text.withUnsafeBufferPointer { bytes in
      var brackets = JSONBrackets(bytes)
      var positions: [Int] = []
      while let position = brackets.position() { positions.append(position) }
      return (positions, brackets.mayHoldLineBreak)
    }
  }

  /// The plain way.
  private static func expected(_ text: [UInt8]) -> [Int] {
    var positions: [Int] = []
    var (isInside, isEscaped) = (false, false)
    for (position, byte) in text.enumerated() {
      if isEscaped {
        isEscaped = false
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { continue }
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInside.toggle()
      }
      if !isInside, Array("{}[]".utf8).contains(byte) { positions.append(position) }
    }
    return positions
  }

  @Test(arguments: 0..<200)
  func arbitraryTexts(seed: Int) {
    var random = RepeatableGenerator(seed: UInt64(seed))
    // Many backslashes, few quotes, and the other way round; lengths about a block and about a piece.
    let alphabet = Array(random.pick([#"{}[]"\a"#, #"{}[]"aaaaaaaaaaaaaaaaaaaaaa"#, #"\\\\\\\"{a"#]).utf8)
    let length = random.pick([0, 1, 63, 64, 65, 127, 128, 129, 200, 16_383, 16_384, 16_385, 40_000])
    let text = (0..<length).map { _ in random.pick(alphabet) }
    #expect(Self.found(text).positions == Self.expected(text))
  }

  @Test(arguments: [0, 5, 63, 64, 16_383, 16_384, 39_999])
  func lineBreaksAreSeenWhereverTheyStand(position: Int) {
    for byte: UInt8 in [0x0A, 0x0D] {
      var text = Array(repeating: UInt8(ascii: "x"), count: 40_000)
      #expect(!Self.found(text).mayHoldLineBreak)
      text[position] = byte
      #expect(Self.found(text).mayHoldLineBreak)
    }
  }

  /// What was not searched may hold anything.
  @Test func aSearchThatStoppedSaysSo() {
    let text = Array(repeating: UInt8(ascii: "{"), count: 40_000)
    text.withUnsafeBufferPointer { bytes in
      var brackets = JSONBrackets(bytes)
      let (position, mayHoldLineBreak) = (brackets.position(), brackets.mayHoldLineBreak)
      #expect(position == 0 && mayHoldLineBreak)
    }
  }
}

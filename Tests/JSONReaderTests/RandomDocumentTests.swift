import JSONReader
import Testing

/// Documents made from a known value read back as that value.
@Suite struct RandomDocumentTests {
  /// What a document says, independent of how it is written.
  indirect enum Model: Equatable {
    case object([(String, Model)])
    case array([Model])
    case string(String)
    case number(String)
    case literal(String)

    static func == (left: Model, right: Model) -> Bool {
      switch (left, right) {
      case (.object(let a), .object(let b)):
        a.count == b.count && zip(a, b).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
      case (.array(let a), .array(let b)): a == b
      case (.string(let a), .string(let b)): a == b
      case (.number(let a), .number(let b)): a == b
      case (.literal(let a), .literal(let b)): a == b
      default: false
      }
    }
  }

  @Test(arguments: 0..<300) func readsBackWhatWasWritten(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let model = make(depth: 0, &random)
    var document: [UInt8] = []
    write(model, to: &document, &random)
    let read = try JSONParser().parse(document) { try self.model(of: $0) }
    #expect(read == model)
  }

  private func make(depth: Int, _ random: inout SplitMix) -> Model {
    switch Int.random(in: 0..<(depth > 5 ? 4 : 8), using: &random) {
    case 0, 1: return .string(text(&random))
    case 2: return .number(number(&random))
    case 3: return .literal(["true", "false", "null"].randomElement(using: &random) ?? "null")
    case 4, 5:
      return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in make(depth: depth + 1, &random) })
    default:
      return .object(
        (0..<Int.random(in: 0...5, using: &random)).map { _ in
          (text(&random), make(depth: depth + 1, &random))
        })
    }
  }

  private func text(_ random: inout SplitMix) -> String {
    let pieces = [
      "a", "line_item", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "é", "😀", " ", "{", "]", ":", ",",
      "\u{2028}",
    ]
    return (0..<Int.random(in: 0...6, using: &random))
      .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  private func number(_ random: inout SplitMix) -> String {
    var digits = String(UInt64.random(in: 0...UInt64.max, using: &random))
    if Bool.random(using: &random) { digits += "." + String(UInt64.random(in: 0...999, using: &random)) }
    if Bool.random(using: &random) { digits += ["e", "E"][Int.random(in: 0...1, using: &random)] + "-6176" }
    return (Bool.random(using: &random) ? "-" : "") + digits
  }

  private func space(_ random: inout SplitMix) -> [UInt8] {
    (0..<Int.random(in: 0...2, using: &random)).map { _ in
      [0x20, 0x09, 0x0A, 0x0D].randomElement(using: &random) ?? 0x20
    }
  }

  private func write(_ model: Model, to out: inout [UInt8], _ random: inout SplitMix) {
    out += space(&random)
    switch model {
    case .string(let text): JSONWriter.append(string: text, to: &out)
    case .number(let text), .literal(let text): out += text.utf8
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        write(element, to: &out, &random)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        write(.string(member.0), to: &out, &random)
        out.append(UInt8(ascii: ":"))
        write(member.1, to: &out, &random)
      }
      out.append(UInt8(ascii: "}"))
    }
    out += space(&random)
  }

  private func model(of value: JSONValue) throws -> Model {
    switch value.kind {
    case .object:
      .object(
        try #require(value.members).map { (try #require($0.key.string), try model(of: $0.value)) })
    case .array: .array(try elements(value).map(model))
    case .string, .key: .string(try #require(value.string))
    case .number: .number(JSONReaderTests.text(value))
    case .true, .false, .null: .literal(JSONReaderTests.text(value))
    }
  }
}

/// A seeded generator, so that a failing document can be made again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

import JSONReader
import Testing

/// A parser that has read other lines before reads a line as a new parser does.
@Suite struct LineShapeTests {
  /// Every value with its text and its place, or what the document is refused for.
  private func reading(_ document: [UInt8], _ parser: JSONParser) -> [String] {
    do { return try parser.parse(document) { root in tokens(of: root) } } catch { return ["\(error)"] }
  }

  private func tokens(of value: JSONValue) -> [String] {
    let text =
      "\(value.kind) \(value.offset) \(value.isEscaped) \(String(decoding: value.bytes, as: UTF8.self))"
    let members = value.members?.flatMap {
      [text, "\($0.key.offset)"] + tokens(of: $0.key) + tokens(of: $0.value)
    }
    return [text] + (members ?? value.elements?.flatMap { tokens(of: $0) } ?? [])
  }

  private static let documents = [
    #"{"a":1,"b":"text","c":{"d":null,"e":[true,false]},"f":"\n"}"#, #"{"result":{"x":0,"y":-1.5e3}}"#,
    #"[1,"",[],{},{"k":"v"}]"#, "7", #""text""#, #"{"a":"é","b":{"c":{}}}"#, #" { "a" : 1 , "b" : [ 2 ] } "#,
    #"{"organization":"acme","result":{"input_tokens":100,"project_id":"proj_3IBdd5OPQ6HRuii1","batch":false}}"#,
  ].map { Array($0.utf8) }

  /// Scalars, wrong ones among them.
  private static let scalars = [
    "0", "-0", "12", "-7.25", "1e9", "1E-6176", "01", "-", "1.", ".5", "+1", "1e", "0x1", "NaN", "true",
    "truee",
    "null", "nul", "false", #""""#, #""x""#, #""a longer text than eight bytes""#, #""\u0041""#, #""\x""#,
    #""é""#,
    "\"\u{1}\"", "\"\u{1F}1234567\"", #""abcdefg"#, "[]", "{}", "1 ", " 1", "1,2", "1}", "",
  ].map { Array($0.utf8) }

  @Test func scalarsChangeAndNothingElse() {
    for document in Self.documents {
      let reader = JSONParser()
      let places = spans(of: document)
      for (start, end) in places {
        for scalar in Self.scalars {
          _ = reading(document, reader)
          let changed = Array(document[..<start]) + scalar + Array(document[end...])
          #expect(
            reading(changed, reader) == reading(changed, JSONParser()),
            "\(String(decoding: changed, as: UTF8.self))")
        }
      }
      #expect(!places.isEmpty)
    }
  }

  @Test(arguments: 0..<8) func anyBytesChange(seed: UInt64) {
    var random = SplitMix(state: seed)
    let reader = JSONParser()
    for _ in 0..<4000 {
      var document = Self.documents.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<document.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: document[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: document.remove(at: place)
        default: document.insert(Array(#"{}[]",:0123 \"#.utf8).randomElement(using: &random) ?? 0, at: place)
        }
        if document.isEmpty { break }
      }
      #expect(
        reading(document, reader) == reading(document, JSONParser()),
        "\(String(decoding: document, as: UTF8.self))")
    }
  }

  /// Where a document's scalars lie, with their quotes.
  private func spans(of document: [UInt8]) -> [(Int, Int)] {
    func spans(of value: JSONValue) -> [(Int, Int)] {
      if let members = value.members { return members.flatMap { spans(of: $0.value) } }
      if let elements = value.elements { return elements.flatMap { spans(of: $0) } }
      let quote = value.kind == .string ? 1 : 0
      return [(value.offset - quote, value.offset + value.bytes.count + quote)]
    }
    return (try? JSONParser().parse(document) { spans(of: $0) }) ?? []
  }
}

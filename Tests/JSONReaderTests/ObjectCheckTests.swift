import JSONReader
import Testing

/// Checking that a document is an object, and taking its white space away, say what reading it says.
@Suite struct ObjectCheckTests {
  private static let documents = [
    JSONValueTests.page,
    #"{"a":{"b":[1,-2.5e-3,"x\\\"}",null,true]},"c":"\\u00e9\\ud83d\\ude00 漢字","d":[{}],"e":[]}"#,
    #" {"amount" : { "value" : 0.003627500000000000000000000000000000 , "currency":"usd"} } "#,
    #"{"n":123456789012345678901234567890,"e":0E-6176,"z":-0,"big":1e400}"#,
    "[{},{}]", "{}", "7", #""text""#,
  ]

  private enum Outcome: Equatable {
    case object
    case otherValue
    case refused(JSONSyntaxError)

    init(_ isObject: () throws -> Bool) throws {
      do { self = try isObject() ? .object : .otherValue } catch let error as JSONSyntaxError {
        self = .refused(error)
      }
    }
  }

  /// - Parameter spare: bytes of the buffer behind the document, which are no part of it.
  private func check(_ document: [UInt8], spare: Int = 0) throws {
    let parser = JSONParser()
    let read = try Outcome { try parser.parse(document) { $0.kind == .object } }
    let buffer = document + Array(repeating: UInt8(ascii: "}"), count: spare)
    let checked = try buffer.withUnsafeBufferPointer { buffer in
      try Outcome {
        try parser.isObject(
          UnsafeBufferPointer(rebasing: buffer[..<document.count]), capacity: buffer.count)
      }
    }
    #expect(checked == read, "\(String(decoding: document, as: UTF8.self))")
  }

  @Test(arguments: documents, [0, 1, 63, 64, 100])
  func wholeAndCutAnywhere(document: String, spare: Int) throws {
    let bytes = Array(document.utf8)
    for length in 0...bytes.count { try check(Array(bytes[..<length]), spare: spare) }
  }

  @Test(arguments: documents)
  func withAForeignByteAnywhere(document: String) throws {
    let bytes = Array(document.utf8)
    for position in bytes.indices {
      for byte: UInt8 in [0x00, 0x0A, 0x20, 0x22, 0x2C, 0x30, 0x5C, 0x65, 0x7B, 0x7D, 0xC3, 0xFF] {
        var changed = bytes
        changed[position] = byte
        try check(changed, spare: 64)
      }
    }
  }

  @Test(arguments: [62, 63, 64, 65, 66, 1000])
  func nestedDeeply(depth: Int) throws {
    let opening = String(repeating: #"{"a":"#, count: depth)
    try check(Array((opening + "1" + String(repeating: "}", count: depth)).utf8), spare: 64)
  }

  /// Indented in every way, a document becomes the same line again.
  @Test(arguments: documents, [" ", "\n", "\r\n\t"])
  func whiteSpaceGoesAndNothingElse(document: String, space: String) throws {
    var compact: [UInt8] = []
    Array(document.utf8).withUnsafeBufferPointer { JSONMinifier.append($0, to: &compact) }
    var indented: [UInt8] = Array(space.utf8)
    var isInText = false
    var isEscaped = false
    for byte in compact {
      let isBracket = !isInText && "{}[],:".utf8.contains(byte)
      if isBracket { indented += space.utf8 }
      indented.append(byte)
      if isBracket { indented += space.utf8 }
      if byte == UInt8(ascii: "\""), !isEscaped { isInText.toggle() }
      isEscaped = isInText && !isEscaped && byte == UInt8(ascii: "\\")
    }
    var again: [UInt8] = Array("before".utf8)
    indented.withUnsafeBufferPointer { JSONMinifier.append($0, to: &again) }
    #expect(again == Array("before".utf8) + compact)
    let texts = try [Array(document.utf8), compact].map { try JSONParser().parse($0, Self.scalars) }
    #expect(texts[0] == texts[1])
  }

  private static func scalars(_ value: JSONValue) throws -> [[UInt8]] {
    if let elements = value.elements { return try elements.flatMap(scalars) }
    if let members = value.members {
      return try members.flatMap { [Array($0.key.bytes)] + (try scalars($0.value)) }
    }
    return [Array(value.bytes)]
  }
}

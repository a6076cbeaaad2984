/// RFC 8259, one byte after the other: what the JSON reader is held against.
struct JSONGrammar {
  private let bytes: [UInt8]
  private var at = 0

  /// Whether a text is one JSON value with nothing but white space around it, nested at most 64 deep.
  static func accepts(_ input: UnsafeBufferPointer<UInt8>) -> Bool {
    guard String(validating: input, as: UTF8.self) != nil else { return false }
    var grammar = JSONGrammar(bytes: Array(input))
    grammar.space()
    guard grammar.value(depth: 0) else { return false }
    grammar.space()
    return grammar.at == grammar.bytes.count
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func space() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) -> Bool {
    switch next {
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth < 64 && container(depth: depth + 1)
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): word("true")
    case UInt8(ascii: "f"): word("false")
    case UInt8(ascii: "n"): word("null")
    default: number()
    }
  }

  private mutating func container(depth: Int) -> Bool {
    let isObject = next == UInt8(ascii: "{")
    let end: Character = isObject ? "}" : "]"
    at += 1
    space()
    if take(end) { return true }
    while true {
      if isObject {
        guard string() else { return false }
        space()
        guard take(":") else { return false }
        space()
      }
      guard value(depth: depth) else { return false }
      space()
      if take(end) { return true }
      guard take(",") else { return false }
      space()
    }
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let byte = next {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case 0..<0x20: return false
      case UInt8(ascii: "\\"):
        guard let letter = next else { return false }
        at += 1
        if letter == UInt8(ascii: "u") {
          guard at + 4 <= bytes.count, bytes[at..<(at + 4)].allSatisfy(Self.isHexadecimal) else {
            return false
          }
          at += 4
        } else if !"\"\\/bfnrt".utf8.contains(letter) {
          return false
        }
      default: break
      }
    }
    return false
  }

  private mutating func word(_ word: String) -> Bool {
    guard bytes[at...].starts(with: word.utf8) else { return false }
    at += word.utf8.count
    return true
  }

  private mutating func number() -> Bool {
    let start = at
    while let byte = next, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { at += 1 }
    return PlainNumber(bytes[start..<at]) != nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }
}

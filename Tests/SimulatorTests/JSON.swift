/// A JSON value that keeps numbers as they were written. Enough for tests: it trusts that escapes are well formed.
enum JSON: Hashable {
  case object([String: JSON])
  case array([JSON])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  struct Malformed: Error {
    var position: Int
  }

  init(parsing bytes: [UInt8]) throws {
    var reader = Reader(bytes: bytes)
    self = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else { throw Malformed(position: reader.position) }
  }

  subscript(_ name: String) -> JSON {
    guard case .object(let members) = self else { return .null }
    return members[name] ?? .null
  }

  var names: Set<String> {
    guard case .object(let members) = self else { return [] }
    return Set(members.keys)
  }

  var elements: [JSON] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var literal: String? {
    guard case .number(let literal) = self else { return nil }
    return literal
  }

  var integer: Int? { literal.flatMap { Int($0) } }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    private static func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
      isSpace(byte) || byte == 0x2c || byte == 0x5d || byte == 0x7d
    }

    /// The grammar of RFC 8259: no plus sign, no leading zeros, digits on both sides of the point.
    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
      var rest = word
      func digits(_ rest: inout ArraySlice<UInt8>) -> Int {
        let taken = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(taken.count)
        return taken.count
      }
      if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      let leadingZero = rest.first == UInt8(ascii: "0")
      let whole = digits(&rest)
      guard whole > 0, !leadingZero || whole == 1 else { return false }
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        guard digits(&rest) > 0 else { return false }
      }
      if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
        rest.removeFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard digits(&rest) > 0 else { return false }
      }
      return rest.isEmpty
    }

    mutating func skipSpace() {
      while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    mutating func value() throws -> JSON {
      skipSpace()
      guard position < bytes.count else { throw Malformed(position: position) }
      switch bytes[position] {
      case UInt8(ascii: "{"): return try object()
      case UInt8(ascii: "["): return try array()
      case UInt8(ascii: "\""): return .string(try string())
      default:
        let start = position
        while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
          guard Self.isNumber(bytes[start..<position]) else { throw Malformed(position: start) }
          return .number(word)
        }
      }
    }

    private mutating func take(_ byte: Character) throws {
      skipSpace()
      guard position < bytes.count, bytes[position] == byte.asciiValue else {
        throw Malformed(position: position)
      }
      position += 1
    }

    private mutating func takes(_ byte: Character) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == byte.asciiValue else { return false }
      position += 1
      return true
    }

    private mutating func object() throws -> JSON {
      try take("{")
      var members: [String: JSON] = [:]
      if takes("}") { return .object(members) }
      repeat {
        skipSpace()
        let name = try string()
        try take(":")
        guard members.updateValue(try value(), forKey: name) == nil else {
          throw Malformed(position: position)
        }
      } while takes(",")
      try take("}")
      return .object(members)
    }

    private mutating func array() throws -> JSON {
      try take("[")
      var elements: [JSON] = []
      if takes("]") { return .array(elements) }
      repeat { elements.append(try value()) } while takes(",")
      try take("]")
      return .array(elements)
    }

    private mutating func string() throws -> String {
      try take("\"")
      var text: [UInt8] = []
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        guard bytes[position] >= 0x20 else { throw Malformed(position: position) }
        if bytes[position] == UInt8(ascii: "\\") {
          position += 1
          switch bytes[position] {
          case UInt8(ascii: "n"): text.append(0x0a)
          case UInt8(ascii: "r"): text.append(0x0d)
          case UInt8(ascii: "t"): text.append(0x09)
          case UInt8(ascii: "u"):
            let digits = String(decoding: bytes[(position + 1)..<(position + 5)], as: UTF8.self)
            guard let scalar = UInt8(digits, radix: 16) else { throw Malformed(position: position) }
            text.append(scalar)
            position += 4
          default: text.append(bytes[position])
          }
        } else {
          text.append(bytes[position])
        }
        position += 1
      }
      try take("\"")
      return String(decoding: text, as: UTF8.self)
    }
  }
}

/// Money as a whole number of 1e-24 dollars, read from its text independently of the simulator's own writer.
func money(_ value: JSON) throws -> Int128 {
  guard let text = value.literal ?? value.text else { throw JSON.Malformed(position: 0) }
  if text == "0E-6176" { return 0 }
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  var fraction = parts.count > 1 ? String(parts[1]) : ""
  while fraction.count > 24, fraction.last == "0" { fraction.removeLast() }
  guard parts.count <= 2, fraction.count <= 24,
    let units = Int128(String(parts[0]) + fraction + String(repeating: "0", count: 24 - fraction.count))
  else { throw JSON.Malformed(position: 0) }
  return units
}

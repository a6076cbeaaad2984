/// Builds a response body as bytes. This is the hot path: no text is made per row.
struct ByteWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  @inline(__always)
  mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func raw(_ fragment: [UInt8]) { bytes.append(contentsOf: fragment) }

  @inline(__always)
  mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  /// A whole number in decimal.
  mutating func integer(_ value: Int64) {
    if (0..<10).contains(value) {
      bytes.append(0x30 + UInt8(value))
      return
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value.magnitude
      var start = 20
      repeat {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        start -= 1
        digits[start] = 0x30 + UInt8(remainder)
        rest = quotient
      } while rest > 0
      if value < 0 { bytes.append(UInt8(ascii: "-")) }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }

  mutating func integer(_ value: Int) { integer(Int64(value)) }

  mutating func boolean(_ value: Bool) {
    if value { raw("true") } else { raw("false") }
  }

  /// A JSON string with everything escaped that RFC 8259 demands; nil is `null`.
  mutating func string(_ text: String?) {
    guard let text else { return raw("null") }
    byte(UInt8(ascii: "\""))
    for scalar in text.utf8 {
      switch scalar {
      case UInt8(ascii: "\""): raw("\\\"")
      case UInt8(ascii: "\\"): raw("\\\\")
      case 0x0a: raw("\\n")
      case 0x0d: raw("\\r")
      case 0x09: raw("\\t")
      case 0x00..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        raw("\\u00")
        byte(digits[Int(scalar >> 4)])
        byte(digits[Int(scalar & 15)])
      default: byte(scalar)
      }
    }
    byte(UInt8(ascii: "\""))
  }

  /// The JSON text of a string, for writing it many times.
  static func fragment(_ text: String?) -> [UInt8] {
    var writer = ByteWriter()
    writer.string(text)
    return writer.bytes
  }

  /// Adds spaces and line breaks to compact JSON, as a pretty-printing server would.
  static func indented(_ compact: [UInt8]) -> [UInt8] {
    var pretty = ByteWriter(capacity: compact.count * 2)
    var depth = 0
    var inString = false
    var escaped = false
    func lineBreak(_ depth: Int, _ writer: inout ByteWriter) {
      writer.byte(0x0a)
      for _ in 0..<depth { writer.raw("  ") }
    }
    for (index, byte) in compact.enumerated() {
      if inString {
        pretty.byte(byte)
        if escaped {
          escaped = false
        } else if byte == 0x5c {
          escaped = true
        } else if byte == 0x22 {
          inString = false
        }
        continue
      }
      switch byte {
      case 0x22:
        inString = true
        pretty.byte(byte)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        pretty.byte(byte)
        let closes = index + 1 < compact.count && (compact[index + 1] == 0x7d || compact[index + 1] == 0x5d)
        depth += 1
        if !closes { lineBreak(depth, &pretty) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        let opens = index > 0 && (compact[index - 1] == 0x7b || compact[index - 1] == 0x5b)
        if !opens { lineBreak(depth, &pretty) }
        pretty.byte(byte)
      case UInt8(ascii: ","):
        pretty.byte(byte)
        lineBreak(depth, &pretty)
      case UInt8(ascii: ":"):
        pretty.raw(": ")
      default: pretty.byte(byte)
      }
    }
    pretty.byte(0x0a)
    return pretty.bytes
  }
}

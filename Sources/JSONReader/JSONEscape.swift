/// Resolves the escapes of JSON strings.
enum JSONEscape {
  /// The text of an escaped string whose escapes have been checked already.
  ///
  /// Lone surrogates become U+FFFD. Bytes, not characters: strings with escapes are rare but may be long.
  static func resolved(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
        out.append(bytes[at])
        at += 1
        continue
      }
      let letter = bytes[at + 1]
      at += 2
      switch letter {
      case UInt8(ascii: "b"): out.append(0x08)
      case UInt8(ascii: "f"): out.append(0x0C)
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "r"): out.append(0x0D)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "u"): append(scalar(in: bytes, at: &at), to: &out)
      default: out.append(letter)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The character of a `\u` escape whose digits start at `at`, or of a pair of them.
  private static func scalar(in bytes: UnsafeBufferPointer<UInt8>, at: inout Int) -> Unicode.Scalar {
    let first = codeUnit(in: bytes, at: at)
    at += 4
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800...0xDBFF).contains(first), at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    let second = codeUnit(in: bytes, at: at + 2)
    guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
    at += 6
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private static func codeUnit(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32 {
    var value: UInt32 = 0
    for byte in bytes[start..<min(start + 4, bytes.count)] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      default: value = value << 4 | UInt32((byte | 0x20) &- UInt8(ascii: "a") &+ 10)
      }
    }
    return value
  }

  private static func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
    out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}

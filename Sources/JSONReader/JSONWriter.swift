/// Writes pieces of JSON into a byte buffer.
public enum JSONWriter {
  /// Appends `text` as a JSON string, with its quotes.
  ///
  /// Only what must be escaped is: the quote, the backslash and control characters.
  public static func append(string text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case 0x08: escape("b", to: &out)
      case 0x09: escape("t", to: &out)
      case 0x0A: escape("n", to: &out)
      case 0x0C: escape("f", to: &out)
      case 0x0D: escape("r", to: &out)
      case 0..<0x20:
        out.append(contentsOf: "\\u00".utf8)
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 0x0F))
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func escape(_ letter: Unicode.Scalar, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    out.append(UInt8(ascii: letter))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

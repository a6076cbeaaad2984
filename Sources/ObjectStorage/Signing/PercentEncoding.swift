/// Percent-encoding as signatures want it: everything but `A-Z a-z 0-9 - . _ ~` (RFC 3986, unreserved).
enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// - Parameter keepSlash: whether `/` stays, as in paths.
  static func encode(_ text: String, keepSlash: Bool = false) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.append(byte)
      case UInt8(ascii: "/") where keepSlash: out.append(byte)
      default:
        out.append(UInt8(ascii: "%"))
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// A query string, sorted by encoded name and value.
  static func query(_ items: [(name: String, value: String)]) -> String {
    items.map { (encode($0.name), encode($0.value)) }
      .sorted { left, right in
        left.0 == right.0 ? bytes(left.1, precede: right.1) : bytes(left.0, precede: right.0)
      }
      .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  /// What was encoded, or nil for a `%` that is followed by no two digits.
  static func decode(_ text: String) -> String? {
    var out: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard let high = bytes.next(), let low = bytes.next(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
      else { return nil }
      out.append(value)
    }
    return String(validating: out, as: UTF8.self)
  }

  private static func bytes(_ left: String, precede right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

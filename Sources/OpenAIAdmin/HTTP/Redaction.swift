/// Finds an admin key in text that others wrote: whole, in pieces, and however it was encoded on its way back.
///
/// Servers and proxies echo what they were sent, in error messages, as `%2D` or `\u002d` or `&#45;`, in
/// base64 or hexadecimal. Eight bytes of the key in a row are a piece; what touches one is hidden up to the next
/// character that no key has.
struct Redaction {
  /// Shorter words than this are no keys, and would hide half of every message.
  private static let shortestKey = 4
  /// Bytes of the key that make a piece.
  private static let piece = 8

  private let key: [UInt8]

  init(_ key: [UInt8]) { self.key = key }

  func masked(_ text: String) -> String {
    guard key.count >= Self.shortestKey else { return text }
    let plain = DecodedText(plain: Array(text.utf8))
    var hidden = [Bool](repeating: false, count: plain.bytes.count)
    // Encoded twice is seen, too: a proxy's page about a URL.
    let views = [plain, plain.decoded, plain.decoded.decoded]
    let patterns = self.patterns
    for view in views {
      let lowered = view.bytes.map(Self.lowered)
      let standard = view.bytes.map(Self.standardBase64)
      for pattern in patterns {
        let bytes = pattern.ignoresCase ? lowered : standard
        for start in pattern.matches(in: bytes) {
          for source in view.source[start]..<view.sourceEnd(start + pattern.length - 1) {
            hidden[source] = true
          }
        }
      }
    }
    guard hidden.contains(true) else { return text }
    return Self.cut(plain.bytes, hidden)
  }

  // MARK: What is looked for

  private struct Pattern {
    /// Every run of `length` bytes of the key in one form.
    var runs: Set<ArraySlice<UInt8>>
    var length: Int
    var ignoresCase: Bool

    init?(_ form: [UInt8], length: Int, ignoresCase: Bool) {
      guard length > 0, form.count >= length else { return nil }
      runs = Set((0...(form.count - length)).map { form[$0..<($0 + length)] })
      self.length = length
      self.ignoresCase = ignoresCase
    }

    func matches(in bytes: [UInt8]) -> [Int] {
      guard bytes.count >= length else { return [] }
      return (0...(bytes.count - length)).filter { runs.contains(bytes[$0..<($0 + length)]) }
    }
  }

  private var patterns: [Pattern] {
    let piece = min(Self.piece, key.count)
    var patterns = [
      Pattern(key.map(Self.lowered), length: piece, ignoresCase: true),
      Pattern(Self.hexadecimal(key), length: 2 * piece, ignoresCase: true),
    ]
    // A key may start at any of three places in base64's groups; what it shares with neighbours is left off.
    for offset in 0..<3 {
      let form = Self.base64([UInt8](repeating: 0, count: offset) + key)
      let first = offset == 0 ? 0 : offset + 1
      let last = (offset + key.count) * 8 / 6
      guard first < last else { continue }
      let inner = Array(form[first..<last])
      patterns.append(Pattern(inner, length: min(inner.count, piece * 4 / 3 + 1), ignoresCase: false))
    }
    return patterns.compactMap(\.self)
  }

  // MARK: Bytes

  /// Replaces what is hidden, each with what it is written together with, by `(secret)`.
  private static func cut(_ bytes: [UInt8], _ hidden: [Bool]) -> String {
    var hidden = hidden
    for at in bytes.indices.dropFirst() where hidden[at - 1] && isTokenByte(bytes[at]) { hidden[at] = true }
    for at in bytes.indices.dropLast().reversed() where hidden[at + 1] && isTokenByte(bytes[at]) {
      hidden[at] = true
    }
    var out: [UInt8] = []
    for at in bytes.indices {
      if !hidden[at] {
        out.append(bytes[at])
      } else if at == 0 || !hidden[at - 1] {
        out += Array("(secret)".utf8)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
  }

  private static func standardBase64(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: byte
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// Without padding.
  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    var (bits, count) = (0, 0)
    for byte in bytes {
      bits = (bits << 8 | Int(byte)) & 0xFFFF
      count += 8
      while count >= 6 {
        count -= 6
        out.append(digits[bits >> count & 63])
      }
    }
    if count > 0 { out.append(digits[bits << (6 - count) & 63]) }
    return out
  }
}

/// A text in which escapes stand for what they mean, and where each byte of it came from.
private struct DecodedText {
  var bytes: [UInt8] = []
  /// For each byte, where its source starts in the original text.
  var source: [Int] = []
  var end: Int

  init(plain: [UInt8]) {
    bytes = plain
    source = Array(plain.indices)
    end = plain.count
  }

  /// Where the source of a byte ends in the original text.
  func sourceEnd(_ index: Int) -> Int { index + 1 < source.count ? source[index + 1] : end }

  /// With `%2D`, `\u002d`, `\x2d`, `\/`, `&#45;` and `&#x2d;` replaced, once.
  var decoded: DecodedText {
    var result = DecodedText(plain: [])
    result.end = end
    var at = 0
    while at < bytes.count {
      let (byte, length) = escape(at) ?? (bytes[at], 1)
      result.bytes.append(byte)
      result.source.append(source[at])
      at += length
    }
    return result
  }

  private func escape(_ at: Int) -> (UInt8, Int)? {
    switch bytes[at] {
    case UInt8(ascii: "%"): return number(at + 1, digits: 2).map { ($0, 3) }
    case UInt8(ascii: "\\"):
      guard at + 1 < bytes.count else { return nil }
      switch bytes[at + 1] {
      case UInt8(ascii: "u"): return number(at + 2, digits: 4).map { ($0, 6) }
      case UInt8(ascii: "x"): return number(at + 2, digits: 2).map { ($0, 4) }
      case UInt8(ascii: "/"): return (UInt8(ascii: "/"), 2)
      default: return nil
      }
    case UInt8(ascii: "&"):
      guard let stop = bytes[at...].prefix(9).firstIndex(of: UInt8(ascii: ";")), at + 2 < stop,
        bytes[at + 1] == UInt8(ascii: "#")
      else { return nil }
      let isHexadecimal = bytes[at + 2] | 32 == UInt8(ascii: "x")
      let digits = String(decoding: bytes[(at + (isHexadecimal ? 3 : 2))..<stop], as: UTF8.self)
      return UInt8(digits, radix: isHexadecimal ? 16 : 10).map { ($0, stop - at + 1) }
    default: return nil
    }
  }

  /// A hexadecimal number below 256.
  private func number(_ start: Int, digits: Int) -> UInt8? {
    guard start + digits <= bytes.count else { return nil }
    return UInt8(String(decoding: bytes[start..<(start + digits)], as: UTF8.self), radix: 16)
  }
}

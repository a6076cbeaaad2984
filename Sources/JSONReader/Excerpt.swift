/// Short pieces of foreign text for messages, safe to print.
///
/// Error pages and bodies can quote the key they were called with: whatever looks like a key (`sk-…`)
/// is masked before anything is cut, so that no half of one gets through.
public enum Excerpt {
  /// How much of a document a message may quote, in bytes.
  public static let limit = 60

  /// `text` with keys masked and control characters replaced by spaces, cut to `limit` bytes.
  public static func of(_ text: String, limit: Int) -> String {
    let bytes = Array(text.utf8)
    let isCut = bytes.count > limit
    return printable(masked(bytes)[0..<min(limit, bytes.count)]) + (isCut ? "…" : "")
  }

  /// At most ``limit`` bytes of a document, from 20 bytes before `offset` on.
  public static func of(_ document: UnsafeBufferPointer<UInt8>, around offset: Int) -> String {
    let start = min(max(0, offset - 20), document.count)
    let end = min(start + limit, document.count)
    // A key that starts before the excerpt must be seen whole to be recognized.
    var context = start
    while context > 0, isKeyByte(document[context - 1]) { context -= 1 }
    return printable(masked(Array(document[context..<end]))[(start - context)...])
  }

  /// The same number of bytes, with every run that starts like a key starred out.
  private static func masked(_ bytes: [UInt8]) -> [UInt8] {
    var out = bytes
    var at = 0
    while at + 3 <= out.count {
      guard out[at] == UInt8(ascii: "s"), out[at + 1] == UInt8(ascii: "k"), out[at + 2] == UInt8(ascii: "-")
      else {
        at += 1
        continue
      }
      at += 3
      while at < out.count, isKeyByte(out[at]) {
        out[at] = UInt8(ascii: "*")
        at += 1
      }
    }
    return out
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"):
      true
    default: false
    }
  }

  private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }
}

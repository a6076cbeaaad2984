import Foundation
import Testing

@testable import OpenAIAdmin

/// Whatever a server makes of a key that it was sent, a message does not tell it.
@Suite struct RedactionTests {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private func key(_ random: inout Seeded, _ length: ClosedRange<Int> = 20...160) -> String {
    let count = Int.random(in: length, using: &random)
    let bytes = (0..<count).map { _ in Self.alphabet[Int.random(in: 0..<64, using: &random)] }
    return (Bool.random(using: &random) ? "sk-admin-" : "") + String(decoding: bytes, as: UTF8.self)
  }

  private static func escaped(_ text: String, _ form: (UInt8) -> String) -> String {
    text.utf8.map(form).joined()
  }

  private static func digits(_ byte: UInt8, _ count: Int = 2) -> String {
    let text = String(byte, radix: 16)
    return String(repeating: "0", count: count - text.count) + text
  }

  /// Every form that stands between two words is gone, and the words stay.
  @Test(arguments: 0..<30) func aKeyIsHiddenInEveryForm(seed: UInt64) {
    var random = Seeded(state: seed)
    let key = key(&random)
    let percent = Self.escaped(key) { "%" + Self.digits($0) }
    func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    let forms = [
      key, key.uppercased(), key.lowercased(), percent, percent.uppercased(),
      Self.escaped(key) { $0 % 3 == 0 ? "%" + Self.digits($0) : String(UnicodeScalar($0)) },
      percent.replacingOccurrences(of: "%", with: "%25"), Self.escaped(key) { "\\u" + Self.digits($0, 4) },
      Self.escaped(key) { "\\x" + Self.digits($0) }, Self.escaped(key) { "&#\($0);" },
      Self.escaped(key) { "&#x" + Self.digits($0) + ";" }, Self.escaped(key) { Self.digits($0) },
      Self.escaped(key) { Self.digits($0).uppercased() }, base64(key), base64("Bearer " + key),
      base64(":" + key), base64("u:" + key + "\n"), base64(key + "@"),
      base64(key).replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: ""),
      base64("xy" + key).replacingOccurrences(of: "+", with: "%2B").replacingOccurrences(
        of: "/", with: "%2F"),
    ]
    for (number, form) in forms.enumerated() {
      let masked = Secret(key).masked(in: "the server got \(form) and refuses it")
      #expect(masked.hasPrefix("the server got ") && masked.hasSuffix(" and refuses it"), "form \(number)")
      let rest = masked.dropFirst("the server got ".count).dropLast(" and refuses it".count)
      // At the ends of base64 a digit or two belong to the neighbours; entities leave their last sign.
      #expect(
        rest.contains("(secret)") && rest.utf8.count <= "(secret)".utf8.count + 8, "form \(number): \(rest)")
    }
  }

  /// Pieces of eight bytes and more.
  @Test(arguments: 0..<30) func aPieceIsHidden(seed: UInt64) {
    var random = Seeded(state: 1000 + seed)
    let key = key(&random)
    for _ in 0..<20 {
      let length = Int.random(in: 8...key.count, using: &random)
      let start = Int.random(in: 0...(key.count - length), using: &random)
      let piece = String(key.dropFirst(start).prefix(length))
      #expect(Secret(key).masked(in: "key \(piece), …") == "key (secret), …")
      let cut = Secret(key).masked(in: "<\(piece)****\(key.suffix(4))>")
      #expect(cut == "<(secret)>")
    }
  }

  @Test(arguments: [
    "", "Incorrect API key provided.",
    "You exceeded your current quota, please check your plan and billing details.",
    "Missing scopes: api.usage.read, api.management.read. Check that you have the correct role",
    "Grüße aus 东京: 100 % & more; \\u12 %zz %2 &#; &#999; &#x;",
  ])
  func whatIsNotTheKeyStays(text: String) {
    var random = Seeded(state: 7)
    for _ in 0..<20 { #expect(Secret(key(&random)).masked(in: text) == text) }
    for word in ["", "abc"] { #expect(Secret(word).masked(in: text) == text) }
  }

  @Test func shortKeysAreHiddenWhole() {
    #expect(Secret("wk-1").masked(in: "got wk-1, not wk-2") == "got (secret), not wk-2")
  }

  @Test(arguments: 0..<50) func base64IsThatOfFoundation(seed: UInt64) {
    var random = Seeded(state: seed)
    let bytes = (0..<Int(seed)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let expected = Data(bytes).base64EncodedString().filter { $0 != "=" }
    #expect(String(decoding: Redaction.base64(bytes), as: UTF8.self) == expected)
  }
}

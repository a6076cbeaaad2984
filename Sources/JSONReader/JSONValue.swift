internal import CSimdjson

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// One value of a parsed document: a cursor of three words into the parser's index.
///
/// Valid only inside the closure that ``JSONParser/parse(_:capacity:_:)`` called with the root.
public struct JSONValue {
  /// What a value is.
  public enum Kind: UInt8, Sendable, Hashable {
    case object = 0
    case array = 1
    /// The name of an object's member.
    case key = 2
    case string = 3
    case number = 4
    case `true` = 5
    case `false` = 6
    case null = 7
  }

  let document: UnsafePointer<UInt8>
  let tokens: UnsafePointer<csimdjson_token>
  let index: Int

  private var token: csimdjson_token { tokens[index] }

  public var kind: Kind { Kind(rawValue: token.kind) ?? .null }

  /// The text as it stands in the document: strings and keys without their quotes and still escaped,
  /// numbers as written, objects and arrays including their braces and all white space inside.
  public var bytes: UnsafeBufferPointer<UInt8> {
    let token = token
    return UnsafeBufferPointer(start: document + Int(token.start), count: Int(token.end - token.start))
  }

  /// Where ``bytes`` start, counted from the start of the document.
  public var offset: Int { Int(token.start) }

  public var isNull: Bool { kind == .null }

  /// Whether ``bytes`` are a string's or key's text with escapes still in it.
  public var isEscaped: Bool { token.escaped != 0 }

  /// The text of a string or key with its escapes resolved; nil for every other kind.
  ///
  /// A `\u` surrogate without its other half, which is no character, becomes U+FFFD. All other bad
  /// escapes have refused the document already.
  public var string: String? {
    guard kind == .string || kind == .key else { return nil }
    return token.escaped == 0 ? String(decoding: bytes, as: UTF8.self) : JSONEscape.resolved(bytes)
  }

  /// The value of a number written as an integer, without fraction or exponent, that fits an Int; else nil.
  public var integer: Int? {
    guard kind == .number else { return nil }
    let bytes = bytes
    if let short = Self.short(bytes) { return short }
    let isNegative = bytes.first == UInt8(ascii: "-")
    var value = 0
    for byte in bytes.dropFirst(isNegative ? 1 : 0) {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let digit = Int(byte - UInt8(ascii: "0"))
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (next, passed) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      guard !overflowed, !passed else { return nil }
      value = next
    }
    return value
  }

  /// Up to 18 digits and nothing else, as nearly all integers are: they cannot overflow.
  private static func short(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
    guard digits.count <= 18 else { return nil }
    var value = 0
    for byte in digits {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// The value of `true` or `false`; nil for every other kind.
  public var boolean: Bool? {
    switch kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The elements of an array in order, without allocation; nil if this is no array.
  public var elements: JSONElements? {
    kind == .array ? JSONElements(document: document, tokens: tokens, container: index) : nil
  }

  /// The members of an object in order, without allocation; nil if this is no object.
  public var members: JSONMembers? {
    kind == .object ? JSONMembers(document: document, tokens: tokens, container: index) : nil
  }

  /// The member named `key`, the first one where there are several; nil if there is none or this is no
  /// object. A member that is null is there: see ``isNull``.
  public subscript(key: StaticString) -> JSONValue? {
    guard key.hasPointerRepresentation else { return member(String(describing: key)) }
    return member(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
  }

  /// The member whose name is known only at run time; otherwise like the subscript.
  public func member(_ name: String) -> JSONValue? {
    var name = name
    return name.withUTF8 { member($0) }
  }

  private func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
    guard kind == .object else { return nil }
    let end = Int(token.next)
    var at = index + 1
    while at < end {
      let key = tokens[at]
      if matches(key, name) { return JSONValue(document: document, tokens: tokens, index: at + 1) }
      at = Int(tokens[at + 1].next)
    }
    return nil
  }

  /// Whether a key or string is this text.
  func isText(_ text: UnsafeBufferPointer<UInt8>) -> Bool { matches(token, text) }

  private func matches(_ key: csimdjson_token, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = Int(key.end - key.start)
    if key.escaped == 0 {
      guard count == name.count else { return false }
      guard count > 0, let other = name.baseAddress else { return true }
      return memcmp(document + Int(key.start), other, count) == 0
    }
    let text = UnsafeBufferPointer(start: document + Int(key.start), count: count)
    return JSONEscape.resolved(text).utf8.elementsEqual(name)
  }
}

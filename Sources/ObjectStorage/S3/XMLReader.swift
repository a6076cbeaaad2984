/// Reads the XML of object stores: elements and text, no attributes, no document types.
///
/// Answers are small and of a fixed form; a cut or foreign one gives nil and nothing worse.
struct XMLElement: Sendable {
  let name: String
  private(set) var children: [XMLElement] = []
  private(set) var text = ""

  /// Deeper answers are none of an object store's.
  private static let deepest = 32

  /// The root element, or nil for what is no such XML.
  init?(_ bytes: [UInt8]) {
    var scanner = Scanner(bytes)
    guard let root = scanner.element(depth: 0) else { return nil }
    self = root
  }

  private init(name: String) { self.name = name }

  func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of a child, or nil if there is none.
  func text(of name: String) -> String? { child(name)?.text }

  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func element(depth: Int) -> XMLElement? {
      guard depth < XMLElement.deepest, skipToTag(), let tag = tag(), !tag.closes else { return nil }
      var element = XMLElement(name: tag.name)
      if tag.isEmpty { return element }
      while at < bytes.count {
        guard bytes[at] == UInt8(ascii: "<") else {
          guard let text = text() else { return nil }
          element.text += text
          continue
        }
        if starts(with: "</") {
          guard let end = self.tag(), end.name == element.name else { return nil }
          return element
        }
        if starts(with: "<!") || starts(with: "<?") {
          guard skipToTag() else { return nil }
          continue
        }
        guard let child = self.element(depth: depth + 1) else { return nil }
        element.children.append(child)
      }
      return nil
    }

    /// Passes by white space, declarations and comments.
    private mutating func skipToTag() -> Bool {
      while at < bytes.count {
        if starts(with: "<?") || starts(with: "<!") {
          let end: StaticString = starts(with: "<!--") ? "-->" : ">"
          while at < bytes.count, !starts(with: end) { at += 1 }
          at += end.utf8CodeUnitCount
        } else if bytes[at] == UInt8(ascii: "<") {
          return true
        } else if bytes[at] <= 0x20 || bytes[at] >= 0x80 {
          at += 1
        } else {
          return false
        }
      }
      return false
    }

    private mutating func tag() -> (name: String, closes: Bool, isEmpty: Bool)? {
      guard let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      var inner = bytes[(at + 1)..<end]
      at = end + 1
      let closes = inner.first == UInt8(ascii: "/")
      if closes { inner = inner.dropFirst() }
      let isEmpty = inner.last == UInt8(ascii: "/")
      if isEmpty { inner = inner.dropLast() }
      var name = inner.prefix { $0 > 0x20 }
      if let colon = name.lastIndex(of: UInt8(ascii: ":")) { name = name[(colon + 1)...] }
      return name.isEmpty ? nil : (String(decoding: name, as: UTF8.self), closes, isEmpty)
    }

    private mutating func text() -> String? {
      var out: [UInt8] = []
      while at < bytes.count, bytes[at] != UInt8(ascii: "<") {
        guard bytes[at] == UInt8(ascii: "&") else {
          out.append(bytes[at])
          at += 1
          continue
        }
        guard let end = bytes[at...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
          let character = Self.character(String(decoding: bytes[(at + 1)..<end], as: UTF8.self))
        else { return nil }
        out.append(contentsOf: String(character).utf8)
        at = end + 1
      }
      return String(decoding: out, as: UTF8.self)
    }

    private static func character(_ entity: String) -> Character? {
      switch entity {
      case "amp": return "&"
      case "lt": return "<"
      case "gt": return ">"
      case "quot": return "\""
      case "apos": return "'"
      default:
        guard entity.hasPrefix("#") else { return nil }
        let digits = entity.dropFirst()
        let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap(Unicode.Scalar.init).map { Character($0) }
      }
    }

    private func starts(with text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard at + count <= bytes.count else { return false }
      return text.withUTF8Buffer { $0.elementsEqual(bytes[at..<(at + count)]) }
    }
  }
}

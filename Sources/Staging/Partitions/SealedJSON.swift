import Glibc
import JSONReader

/// A JSON file that vouches for itself: one of its members is the SHA-256 of its text with nothing in the place of
/// that digest. A record holds the digests of other files; what it says itself is held against this one.
public protocol SealedJSON: Codable {
  /// The member that holds the digest.
  static var sealName: StaticString { get }
  /// Whether it was written by a version that sealed nothing yet. Such a file has no digest and is read all the same:
  /// not everything in it can be made again.
  var isOlderThanSeals: Bool { get }
}

extension SealedJSON {
  public var isOlderThanSeals: Bool { false }

  /// The text as ``DeterministicJSON`` would write it, with its digest among the members.
  public func sealed() throws -> [UInt8] {
    let name = "\(Self.sealName)"
    var text =
      try JSONText.pretty(
        WithSeal(content: self, name: name, seal: String(repeating: "0", count: Seal.length)))
      + [0x0A]
    if let place = Seal.place(Self.sealName, in: text) {
      text.replaceSubrange(place, with: Seal.digest(of: text, without: place).hex.utf8)
    }
    return text
  }

  /// Reads a sealed text.
  /// - Throws: ``CorruptFile`` naming `path` if it is not to the bit what was sealed.
  public init(sealed text: [UInt8], path: String) throws {
    guard let place = Seal.place(Self.sealName, in: text) else {
      self = try DeterministicJSON.decode(Self.self, from: text, path: path)
      if isOlderThanSeals { return }
      throw CorruptFile(path: path, reason: "its \(Self.sealName) is missing")
    }
    let digest = Seal.digest(of: text, without: place).hex
    guard text[place].elementsEqual(digest.utf8) else {
      throw CorruptFile(path: path, reason: "it is not what was written: \(Self.sealName) is not \(digest)")
    }
    do {
      self = try JSONParser().parse(text) { try $0.decode(Self.self) }
    } catch let error as DecodingError {
      throw CorruptFile(path: path, reason: DeterministicJSON.explain(error))
    } catch let error as JSONSyntaxError {
      throw CorruptFile(path: path, reason: error.description)
    }
  }
}

/// Where a text's digest of itself stands, and what it is.
private enum Seal {
  static let length = 64

  /// The digits of the digest; nil where there are none. Members of the top level alone are indented so little.
  static func place(_ name: StaticString, in text: [UInt8]) -> Range<Int>? {
    let opening = Array("\n  \"\(name)\" : \"".utf8)
    guard let start = end(of: opening, in: text), start + length < text.count,
      text[start + length] == UInt8(ascii: "\"")
    else { return nil }
    return start..<(start + length)
  }

  /// Where `opening` ends, which begins with a line feed; nil where no line begins like it.
  private static func end(of opening: [UInt8], in text: [UInt8]) -> Int? {
    text.withUnsafeBytes { text in
      opening.withUnsafeBytes { opening in
        guard let base = text.baseAddress, let first = opening.baseAddress else { return nil }
        var at = 0
        while at + opening.count <= text.count, let line = memchr(base + at, 0x0A, text.count - at) {
          at = UnsafeRawPointer(line) - base
          guard at + opening.count <= text.count else { return nil }
          if memcmp(base + at, first, opening.count) == 0 { return at + opening.count }
          at += 1
        }
        return nil
      }
    }
  }

  static func digest(of text: [UInt8], without place: Range<Int>) -> Digest {
    var digest = RunningDigest()
    text.withUnsafeBytes {
      digest.take(UnsafeRawBufferPointer(rebasing: $0[..<place.lowerBound]))
      digest.take(UnsafeRawBufferPointer(rebasing: $0[place.upperBound...]))
    }
    return digest.digest
  }
}

/// The members of a value and one more.
private struct WithSeal<Content: Encodable>: Encodable {
  let content: Content
  let name: String
  let seal: String

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    try content.encode(to: encoder)
    var members = encoder.container(keyedBy: Name.self)
    try members.encode(seal, forKey: Name(stringValue: name))
  }
}

/// The parts of a line item that follows the grammar of DESIGN C4.
///
/// The reference is a regular expression over ASCII text, matched as a whole:
///
///     (?:(?P<prefix>[^|,]+?) \| )?
///     (?P<model>[A-Za-z0-9][\w.:\-/]*)(?: (?P<modality>text|image|audio))?
///     , (?P<kind>cached input|cache writes|input|output|(?:cached_input|input|output)_tokens)
///     (?:, (?P<qualifier>[^,]+))?
///
/// Prefix and qualifier may hold any characters but the separators.
public struct TokenMeter: Sendable, Hashable {
  /// What stands before ` | `, a service tier or a surface, as it is written.
  public let prefix: String?
  public let model: String
  public let modality: Modality?
  public let kind: TokenKind
  /// The kind as it is written: `input` and `input_tokens` are the same kind in two line items.
  public let kindText: String
  /// What follows the kind: `long context`.
  public let qualifier: String?

  /// The service tier, where the prefix is one.
  public var serviceTier: ServiceTier? { prefix.flatMap(ServiceTier.init(prefix:)) }

  /// The prefix where it is no service tier: `evals`.
  public var surface: String? { serviceTier == nil ? prefix : nil }

  /// Reads a line item; nil where it does not follow the grammar.
  public init?(_ text: String) {
    var text = text
    guard let meter = text.withUTF8({ Self.parse($0) }) else { return nil }
    self = meter
  }

  private init(
    prefix: String?, model: String, modality: Modality?, kind: TokenKind, kindText: String, qualifier: String?
  ) {
    self.prefix = prefix
    self.model = model
    self.modality = modality
    self.kind = kind
    self.kindText = kindText
    self.qualifier = qualifier
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> TokenMeter? {
    let (bar, comma, space) = (UInt8(ascii: "|"), UInt8(ascii: ","), UInt8(ascii: " "))
    guard let headEnd = bytes.firstIndex(of: comma) else { return nil }

    // Neither prefix nor model can hold a bar or a comma: a bar before the first comma ends the prefix.
    var head = bytes[..<headEnd]
    var prefix: String?
    if let index = head.firstIndex(of: bar) {
      guard index >= 2, bytes[index - 1] == space, index + 1 < headEnd, bytes[index + 1] == space else {
        return nil
      }
      prefix = string(bytes[..<(index - 1)])
      head = bytes[(index + 2)..<headEnd]
    }

    let modelEnd = head.firstIndex(of: space) ?? head.endIndex
    let model = head[..<modelEnd]
    guard let first = model.first, isAlphanumeric(first), model.allSatisfy(isModelByte) else { return nil }
    var modality: Modality?
    if modelEnd < head.endIndex {
      modality = Modality(rawValue: string(head[(modelEnd + 1)...]))
      if modality == nil { return nil }
    }

    guard headEnd + 1 < bytes.count, bytes[headEnd + 1] == space else { return nil }
    let tail = bytes[(headEnd + 2)...]
    let kindEnd = tail.firstIndex(of: comma) ?? tail.endIndex
    let kindText = string(tail[..<kindEnd])
    guard let kind = kinds[kindText] else { return nil }
    var qualifier: String?
    if kindEnd < tail.endIndex {
      guard kindEnd + 2 < tail.endIndex, bytes[kindEnd + 1] == space else { return nil }
      let rest = tail[(kindEnd + 2)...]
      if rest.contains(comma) { return nil }
      qualifier = string(rest)
    }
    return TokenMeter(
      prefix: prefix, model: string(model), modality: modality, kind: kind, kindText: kindText,
      qualifier: qualifier)
  }

  private static let kinds: [String: TokenKind] = [
    "input": .input, "input_tokens": .input,
    "cached input": .cachedInput, "cached_input_tokens": .cachedInput,
    "cache writes": .cacheWrite,
    "output": .output, "output_tokens": .output,
  ]

  private static func string(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  private static func isModelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "/"): true
    default: isAlphanumeric(byte)
    }
  }
}

/// What FOCUS calls the things that a token meter counts.
///
/// Identifiers are segments between slashes; a slash or percent sign inside of a segment is written `%2F` or
/// `%25`, so that different line items have different identifiers.
extension TokenMeter {
  /// FOCUS SkuMeter: `Input Tokens`, `Audio Input Tokens`.
  public var skuMeter: String {
    modality.map { "\($0.title) \(kind.skuMeter)" } ?? kind.skuMeter
  }

  /// FOCUS SkuId: model, modality, kind and qualifier. Stable across tiers and surfaces, as FOCUS asks.
  public var skuId: String {
    var id = Self.segment(model)
    if let modality { id += "/" + modality.rawValue }
    id += "/" + kindText
    if let qualifier { id += "/" + Self.segment(qualifier) }
    return id
  }

  /// FOCUS SkuPriceId: ``skuId`` and the tier or surface, `standard` where there is none.
  public var skuPriceId: String {
    guard let prefix else { return skuId + "/" + Self.noPrefix }
    // A prefix that reads `standard` is another line item than no prefix.
    return skuId + "/" + (prefix == Self.noPrefix ? "%73tandard" : Self.segment(prefix))
  }

  private static let noPrefix = "standard"

  private static func segment(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else {
      return text
    }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "/": escaped += "%2F"
      case "%": escaped += "%25"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

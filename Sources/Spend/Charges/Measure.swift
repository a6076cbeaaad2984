/// In which units a cost line is consumed and priced (DESIGN C5).
///
/// The quantity stays as the API gave it; only its unit is put into words of the FOCUS unit format.
public struct Measure: Sendable, Hashable {
  /// ConsumedUnit, e.g. `Tokens`.
  public let consumedUnit: String
  /// PricingUnit, e.g. `1000000 Tokens`.
  public let pricingUnit: String
  /// PricingQuantity = quantity × 10^this.
  public let pricingShift: Int
  /// Whether the API named no unit, or none that could be put into words.
  public let isAssumed: Bool

  private init(
    _ consumedUnit: String, per pricingUnit: String? = nil, shift: Int = 0, isAssumed: Bool = false
  ) {
    self.consumedUnit = consumedUnit
    self.pricingUnit = pricingUnit ?? consumedUnit
    pricingShift = shift
    self.isAssumed = isAssumed
  }

  static let tokens = Measure("Tokens", per: "1000000 Tokens", shift: -6)

  /// - Parameters:
  ///   - unit: `quantity_unit` of the cost line.
  ///   - lineItem: says what is counted where no unit is given: tokens, calls, images, …
  public init(unit: String?, lineItem: LineItem?) {
    switch unit {
    case "tokens": self = .tokens
    case "1000_tokens": self = Measure("1000 Tokens", per: "1000000 Tokens", shift: -3)
    case "duration_seconds": self = Measure("Seconds")
    case "duration_minutes": self = Measure("Minutes")
    case "duration_hours": self = Measure("Hours")
    case "gibibyte_hours": self = Measure("GiB-Hours")
    case let unit?: self = Measure.inWords(unit)
    case nil where lineItem?.kind != nil:
      self = Measure("Tokens", per: "1000000 Tokens", shift: -6, isAssumed: true)
    case nil: self = Measure(lineItem?.label?.unit ?? "Units", isAssumed: true)
    }
  }

  /// `voice_sessions` becomes `Voice Sessions`; what is not made of words becomes `Units`.
  private static func inWords(_ unit: String) -> Measure {
    let words = unit.split(separator: "_")
    let isPlain = words.allSatisfy { word in
      word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
    }
    guard isPlain, !words.isEmpty, unit.utf8.count <= 60 else { return Measure("Units", isAssumed: true) }
    var text = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    if !text.hasSuffix("s") { text += "s" }
    return Measure(text)
  }
}

import JSONReader
import Spend

/// The columns that follow from a line item and from how it is charged, the same for all its rows.
struct Sku {
  let lineItem: LineItem?
  let measure: Measure
  let currency: String
  /// Negative amounts are credits (DESIGN C6).
  let isCredit: Bool
  /// Whether the charge has a unit price; without one FOCUS wants all pricing columns null together.
  let isPriced: Bool

  /// The text of a column, or nil for null.
  func text(_ column: Column) -> String? {
    switch column {
    case .chargeCategory: isCredit ? "Credit" : "Usage"
    case .chargeFrequency: isCredit ? "One-Time" : "Usage-Based"
    case .chargeDescription: description
    case .billingCurrency, .pricingCurrency: currency
    case .consumedUnit: isPriced ? measure.consumedUnit : nil
    case .pricingUnit: isPriced ? measure.pricingUnit : nil
    case .pricingCategory: isPriced ? "Standard" : nil
    case .skuId: lineItem?.skuId
    // FOCUS wants a meter wherever there is a SkuId: a line item that was not understood names its own.
    case .skuMeter: lineItem?.skuMeter ?? lineItem?.skuId
    case .skuPriceId: isPriced ? lineItem?.skuPriceId : nil
    case .skuPriceDetails: isPriced ? priceDetails : nil
    case .customLineItem: lineItem?.text
    case .customModality: lineItem?.modality?.rawValue
    case .customModelId: lineItem?.model
    case .customServiceTier: lineItem?.serviceTier?.rawValue
    case .customSurface: lineItem?.surface
    case .customTokenCacheAction: lineItem?.tokenCacheAction?.rawValue
    case .customTokenDirection: lineItem?.tokenDirection?.rawValue
    default: nil
    }
  }

  /// Readable text from the line item.
  private var description: String {
    guard let lineItem, lineItem.text.contains(where: { !$0.isWhitespace }) else {
      return "\(Provider.service) charge without a line item"
    }
    guard let model = lineItem.model, let meter = lineItem.skuMeter else {
      return lineItem.text
    }
    let extras = [lineItem.serviceTier?.rawValue ?? lineItem.surface, lineItem.qualifier].compactMap { $0 }
    let suffix = extras.isEmpty ? "" : " (\(extras.joined(separator: ", ")))"
    return "\(model) \(meter.lowercased())\(suffix)"
  }

  /// A flat JSON object; keys outside FOCUS start with `x_` (FOCUS SkuPriceDetails), sorted.
  private var priceDetails: String? {
    guard let lineItem else { return nil }
    let details: [(String, String?)] = [
      ("x_Modality", lineItem.modality?.rawValue),
      ("x_ModelId", lineItem.model),
      ("x_Qualifier", lineItem.qualifier),
      ("x_ServiceTier", lineItem.serviceTier?.rawValue),
      ("x_Surface", lineItem.surface),
      ("x_TokenCacheAction", lineItem.tokenCacheAction?.rawValue),
      ("x_TokenDirection", lineItem.tokenDirection?.rawValue),
    ]
    var out: [UInt8] = []
    for case (let key, let value?) in details {
      out.append(UInt8(ascii: out.isEmpty ? "{" : ","))
      JSONWriter.append(string: key, to: &out)
      out.append(UInt8(ascii: ":"))
      JSONWriter.append(string: value, to: &out)
    }
    if out.isEmpty { return nil }
    out.append(UInt8(ascii: "}"))
    return String(decoding: out, as: UTF8.self)
  }
}

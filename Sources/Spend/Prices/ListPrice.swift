import Staging

/// What a list price is the price of.
public enum PricedItem: Sendable, Hashable {
  /// Tokens of one model. A tier of nil is the standard one; a qualifier is what follows the kind in a line item,
  /// `long context`.
  case tokens(model: String, modality: Modality?, kind: TokenKind, tier: ServiceTier?, qualifier: String?)
  /// A line item that is no token meter, by its text: `web search tool calls`.
  case label(String)

  /// The same item in the one spelling in which items are compared.
  var canonical: PricedItem {
    switch self {
    case .tokens(let model, let modality, let kind, let tier, let qualifier):
      .tokens(
        model: ModelName.canonical(model), modality: modality, kind: kind, tier: tier?.listed,
        qualifier: qualifier)
    case .label(let text): .label(text.lowercased())
    }
  }
}

extension ServiceTier {
  /// The tier as price lists tell tiers apart: `standard` and `default` are no tier of their own.
  public var listed: ServiceTier? { self == .standard || self == .default ? nil : self }
}

/// One entry of a price list: the public price of one pricing unit, from a day on.
public struct ListPrice: Sendable, Hashable {
  public var item: PricedItem
  /// The first day on which the price holds; nil for as long as anybody can remember.
  public var validFrom: Day?
  public var currency: Currency
  /// Of one pricing unit, never negative.
  public var price: ExactDecimal
  /// As ``Measure/pricingUnit`` writes it: `1000000 Tokens`, `Calls`, `Images`.
  public var pricingUnit: String

  public init(
    item: PricedItem, validFrom: Day?, currency: Currency, price: ExactDecimal, pricingUnit: String
  ) {
    self.item = item
    self.validFrom = validFrom
    self.currency = currency
    self.price = price
    self.pricingUnit = pricingUnit
  }

  /// All that tells two entries apart but the price itself; a price list has no two that are equal.
  public var identity: Identity {
    Identity(
      key: PriceKey(item: item.canonical, currency: currency, pricingUnit: pricingUnit), validFrom: validFrom)
  }

  public struct Identity: Sendable, Hashable {
    let key: PriceKey
    let validFrom: Day?
  }
}

/// What is looked up: prices in another currency or for another unit are prices of something else.
struct PriceKey: Sendable, Hashable {
  let item: PricedItem
  let currency: Currency
  let pricingUnit: String
}

import Staging

/// Public prices by model, token kind, tier and day (DESIGN C1).
///
/// It answers only what it was told: no tier, surface, qualifier, unit or currency stands in for another.
public struct PriceList: Sendable {
  /// Prices of one key, the earliest first.
  private var prices: [PriceKey: [(validFrom: Day?, price: ExactDecimal)]] = [:]
  /// Canonical names of the models that have any price.
  private var models: Set<String> = []
  /// The same, by their names without a date.
  private var byUndatedName: [String: Set<String>] = [:]

  /// - Parameter entries: no two with the same ``ListPrice/identity``; of such, the last one counts.
  public init(_ entries: [ListPrice]) {
    var byIdentity: [ListPrice.Identity: ListPrice] = [:]
    for entry in entries { byIdentity[entry.identity] = entry }
    for (identity, entry) in byIdentity {
      prices[identity.key, default: []].append((entry.validFrom, entry.price))
      guard case .tokens(let model, _, _, _, _) = identity.key.item else { continue }
      models.insert(model)
      byUndatedName[ModelName.undated(model), default: []].insert(model)
    }
    for key in prices.keys {
      prices[key]?.sort { left, right in
        guard let later = right.validFrom else { return false }
        return left.validFrom.map { $0 < later } ?? true
      }
    }
  }

  /// The list price of one pricing unit: of the latest entry that holds on `day`, or nil where there is none.
  ///
  /// The model's own entries come first. A model without any takes those of the one model that has the same
  /// name but for a date at its end; of two such models, neither.
  ///
  /// - Parameters:
  ///   - lineItem: of the charge. One with a surface (`evals | …`) has no list price.
  ///   - currency: in which the charge is billed.
  ///   - pricingUnit: of the charge, ``Measure/pricingUnit``.
  public func price(
    for lineItem: LineItem, on day: Day, currency: Currency, pricingUnit: String
  ) -> ExactDecimal? {
    let item: PricedItem
    if let meter = lineItem.meter {
      guard meter.surface == nil, let model = listed(meter.model) else { return nil }
      item = .tokens(
        model: model, modality: meter.modality, kind: meter.kind, tier: meter.serviceTier?.listed,
        qualifier: meter.qualifier)
    } else {
      item = PricedItem.label(lineItem.text).canonical
    }
    let known = prices[PriceKey(item: item, currency: currency, pricingUnit: pricingUnit)] ?? []
    return known.last { entry in entry.validFrom.map { $0 <= day } ?? true }?.price
  }

  /// The model under whose name its prices are listed.
  private func listed(_ model: String) -> String? {
    let name = ModelName.canonical(model)
    if models.contains(name) { return name }
    let candidates = byUndatedName[ModelName.undated(name)] ?? []
    return candidates.count == 1 ? candidates.first : nil
  }
}

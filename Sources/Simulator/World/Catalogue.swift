/// One organization's price table: every line item it can be charged for, and at what price.
///
/// The table is the simulator's own; only its shape follows what has been seen on real bills.
struct Catalogue: Sendable {
  /// A text of `line_item` and the unit its quantity counts.
  struct LineItem: Sendable {
    var text: String
    var unit: String?
  }

  /// A line item and the money units that one unit of quantity costs.
  struct Price: Sendable {
    var line: Int
    var money: Int128
    /// The quantity is divided by this before it is written: a thousand for `1000_tokens`.
    var divisor: Int128 = 1
  }

  /// Completions models first, then the one of decisions, then those charged by other units.
  private(set) var models: [Model]
  /// Names in usage rows; same indexes as `models`.
  private(set) var usageNames: [String]
  let completions: Range<Int>
  let decisions: Int
  private(set) var lineItems: [LineItem] = []
  private var tokenPrices: [Price] = []
  private var indexes: [String: Int] = [:]
  private(set) var named: [UnitPrice: Price] = [:]
  private(set) var namedModels: [UnitPrice: Int] = [:]

  init(completionsModels count: Int, plain: Bool, organization: String) {
    models =
      plain ? Model.madeUp(0..<max(count, 1)) : Model.completions(count: count, organization: organization)
    completions = 0..<models.count
    decisions = models.count
    models.append(.decisions)
    usageNames = models.map(\.usage)
    for model in models {
      for variant in 0..<Self.variants {
        let tier = ServiceTier(rawValue: variant % 3) ?? .standard
        let long = variant / 3 % 2 == 1
        let evals = variant / 6 == 1
        for kind in TokenKind.allCases { addTokenPrice(model, kind, tier: tier, long: long, evals: evals) }
      }
    }
    for unit in UnitPrice.allCases {
      let line = index(of: LineItem(text: unit.lineItem, unit: unit.quantityUnit))
      named[unit] = Price(line: line, money: unit.money, divisor: unit.divisor)
      if let model = unit.usageModel {
        if let known = usageNames.firstIndex(of: model) {
          namedModels[unit] = known
        } else {
          namedModels[unit] = usageNames.count
          usageNames.append(model)
        }
      }
    }
  }

  private static let variants = 12

  private mutating func addTokenPrice(
    _ model: Model, _ kind: TokenKind, tier: ServiceTier, long: Bool, evals: Bool
  ) {
    let surface = evals ? "evals | " : tier == .standard ? "" : "\(tier.name) | "
    let modality = model.naming == .byModality ? " \(kind.modality)" : ""
    let label =
      model.naming == .tokenSuffix
      ? kind.label.split(separator: " ").joined(separator: "_") + "_tokens" : kind.label
    let text = "\(surface)\(model.cost)\(modality), \(label)\(long ? ", long context" : "")"
    // Long context doubles what goes in and costs half as much again for what comes out.
    let factor: Int128 = long ? (kind.label == "output" ? 3 : 4) : 2
    let money = model.price(kind) * tier.doubledFactor * factor / 4
    tokenPrices.append(Price(line: index(of: LineItem(text: text, unit: "tokens")), money: money))
  }

  /// The price of one token.
  func price(model: Int, kind: TokenKind, tier: ServiceTier, long: Bool, evals: Bool) -> Price {
    let variant = tier.rawValue + (long ? 3 : 0) + (evals ? 6 : 0)
    return tokenPrices[(model * Self.variants + variant) * TokenKind.allCases.count + kind.rawValue]
  }

  /// The price of one unit of something that is not a completion's token.
  func price(_ unit: UnitPrice) -> Price { named[unit] ?? Price(line: 0, money: 0) }

  /// The model that usage rows name for it, an index into `usageNames`; -1 where there is none.
  func usageModel(_ unit: UnitPrice) -> Int { namedModels[unit] ?? -1 }

  private mutating func index(of item: LineItem) -> Int {
    if let known = indexes[item.text] { return known }
    indexes[item.text] = lineItems.count
    lineItems.append(item)
    return lineItems.count - 1
  }
}

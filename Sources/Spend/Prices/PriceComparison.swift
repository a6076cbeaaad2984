import Staging

/// What was billed beside what the price list asks for it, by line item.
///
/// Sums are exact. Money that has no list price is kept apart and never compared.
public struct PriceComparison: Sendable {
  /// Charges of one line item whose list price is known.
  public struct Row: Sendable, Hashable {
    public var lineItem: String
    public var currency: Currency
    public var pricingUnit: String
    /// In pricing units.
    public var quantity: ExactDecimal
    /// The sum of BilledCost.
    public var billed: ExactDecimal
    /// The sum of list price × quantity.
    public var list: ExactDecimal

    /// Below 0 for a discount.
    public var difference: ExactDecimal { billed - list }
  }

  /// Money of one line item that cannot be compared.
  public struct Uncompared: Sendable, Hashable {
    public var lineItem: String?
    public var currency: Currency
    public var reason: Reason
    public var billed: ExactDecimal
  }

  /// Why a charge has no list price.
  public enum Reason: String, Sendable, CaseIterable {
    case credit
    case noLineItem = "no line item"
    case noQuantity = "no quantity"
    case noListPrice = "no list price"
  }

  private struct Priced: Hashable, Sendable {
    var lineItem: String
    var quantityUnit: String?
    var currency: Currency
  }

  private struct RowKey: Hashable, Sendable {
    var lineItem: String
    var currency: Currency
    var pricingUnit: String
  }

  private struct UncomparedKey: Hashable, Sendable {
    var lineItem: String?
    var currency: Currency
    var reason: Reason
  }

  private let prices: PriceList
  private var day: Day?
  /// Looked up once for each line item and day.
  private var known: [Priced: (measure: Measure, price: ExactDecimal?)] = [:]
  private var compared: [RowKey: Row] = [:]
  private var rest: [UncomparedKey: ExactDecimal] = [:]

  public init(_ prices: PriceList) { self.prices = prices }

  /// Adds one charge of `day`.
  public mutating func add(_ charge: Charge, on day: Day) {
    guard let lineItem = charge.lineItem, let quantity = charge.quantity, charge.isPriced else {
      let reason: Reason =
        charge.amount.isNegative ? .credit : charge.lineItem == nil ? .noLineItem : .noQuantity
      return keepApart(charge, reason)
    }
    let (measure, price) = lookUp(charge, lineItem, on: day)
    guard let price else { return keepApart(charge, .noListPrice) }
    let amount = quantity.shifted(by: measure.pricingShift)
    let key = RowKey(lineItem: lineItem, currency: charge.currency, pricingUnit: measure.pricingUnit)
    var row =
      compared[key]
      ?? Row(
        lineItem: lineItem, currency: charge.currency, pricingUnit: measure.pricingUnit, quantity: .zero,
        billed: .zero, list: .zero)
    row.quantity += amount
    row.billed += charge.amount
    row.list += price * amount
    compared[key] = row
  }

  /// By currency; in each the largest difference first, whether discount or surprise.
  public var rows: [Row] {
    compared.values.sorted { left, right in
      if left.currency != right.currency { return left.currency < right.currency }
      let (one, other) = (left.difference.magnitude, right.difference.magnitude)
      if one != other { return one > other }
      return (left.lineItem, left.pricingUnit) < (right.lineItem, right.pricingUnit)
    }
  }

  /// By currency; in each the largest sum first.
  public var uncompared: [Uncompared] {
    rest.map { key, billed in
      Uncompared(lineItem: key.lineItem, currency: key.currency, reason: key.reason, billed: billed)
    }.sorted { left, right in
      if left.currency != right.currency { return left.currency < right.currency }
      let (one, other) = (left.billed.magnitude, right.billed.magnitude)
      if one != other { return one > other }
      return (left.lineItem ?? "", left.reason.rawValue) < (right.lineItem ?? "", right.reason.rawValue)
    }
  }

  private mutating func keepApart(_ charge: Charge, _ reason: Reason) {
    let key = UncomparedKey(lineItem: charge.lineItem, currency: charge.currency, reason: reason)
    rest[key, default: .zero] += charge.amount
  }

  private mutating func lookUp(
    _ charge: Charge, _ text: String, on day: Day
  ) -> (measure: Measure, price: ExactDecimal?) {
    if self.day != day {
      self.day = day
      known.removeAll(keepingCapacity: true)
    }
    let key = Priced(lineItem: text, quantityUnit: charge.quantityUnit, currency: charge.currency)
    if let found = known[key] { return found }
    let lineItem = LineItem(text)
    let measure = Measure(unit: charge.quantityUnit, lineItem: lineItem)
    let price = prices.price(
      for: lineItem, on: day, currency: charge.currency, pricingUnit: measure.pricingUnit)
    known[key] = (measure, price)
    return (measure, price)
  }
}

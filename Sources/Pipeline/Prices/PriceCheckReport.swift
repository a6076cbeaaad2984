import Spend
import Staging

/// What `unblended prices check` found. Money and quantities are exact decimal text.
public struct PriceCheckReport: Codable, Sendable, Hashable {
  /// Inclusive, `YYYY-MM-DD`.
  public var from: String
  /// Exclusive.
  public var to: String
  /// Normalized days read, of all organizations together.
  public var days: Int
  public var priceList: PriceListRecord
  /// By currency, in each the largest difference first.
  public var lineItems: [Compared]
  /// Money without a list price: by currency, in each the largest sum first.
  public var withoutListPrice: [Uncompared]
  /// By currency.
  public var totals: [String: Total]

  /// A line item whose list price is known.
  public struct Compared: Codable, Sendable, Hashable {
    public var lineItem: String
    public var currency: String
    public var pricingUnit: String
    /// In pricing units.
    public var quantity: String
    public var billed: String
    public var list: String
    /// Billed less list: below 0 for a discount.
    public var difference: String
    /// Of the list cost, two places; nil where that is 0.
    public var percent: String?

    enum CodingKeys: String, CodingKey {
      case currency, quantity, billed, list, difference, percent
      case lineItem = "line_item"
      case pricingUnit = "pricing_unit"
    }
  }

  /// A line item, or some of its charges, that nothing can be compared with.
  public struct Uncompared: Codable, Sendable, Hashable {
    public var lineItem: String?
    public var currency: String
    public var billed: String
    public var reason: String

    enum CodingKeys: String, CodingKey {
      case currency, billed, reason
      case lineItem = "line_item"
    }
  }

  /// The sums of one currency.
  public struct Total: Codable, Sendable, Hashable {
    /// Of the line items compared.
    public var billed: String
    public var list: String
    public var difference: String
    public var percent: String?
    /// Billed, and not compared.
    public var withoutListPrice: String

    enum CodingKeys: String, CodingKey {
      case billed, list, difference, percent
      case withoutListPrice = "without_list_price"
    }
  }

  enum CodingKeys: String, CodingKey {
    case from, to, days, totals
    case priceList = "price_list"
    case lineItems = "line_items"
    case withoutListPrice = "without_list_price"
  }

  init(_ comparison: PriceComparison, scope: RunScope, days: Int, sha256: String) {
    from = scope.window.from.description
    to = scope.window.to.description
    self.days = days
    priceList = PriceListRecord(sha256: sha256)
    let (rows, rest) = (comparison.rows, comparison.uncompared)
    lineItems = rows.map { row in
      Compared(
        lineItem: row.lineItem, currency: row.currency.code, pricingUnit: row.pricingUnit,
        quantity: row.quantity.description, billed: row.billed.description, list: row.list.description,
        difference: row.difference.description, percent: row.difference.percentText(of: row.list))
    }
    withoutListPrice = rest.map { entry in
      Uncompared(
        lineItem: entry.lineItem, currency: entry.currency.code, billed: entry.billed.description,
        reason: entry.reason.rawValue)
    }
    totals = [:]
    for currency in Set(rows.map(\.currency) + rest.map(\.currency)) {
      let compared = rows.filter { $0.currency == currency }
      let billed = compared.reduce(.zero) { $0 + $1.billed }
      let list = compared.reduce(ExactDecimal.zero) { $0 + $1.list }
      let uncompared = rest.filter { $0.currency == currency }.reduce(ExactDecimal.zero) { $0 + $1.billed }
      totals[currency.code] = Total(
        billed: billed.description, list: list.description, difference: (billed - list).description,
        percent: (billed - list).percentText(of: list), withoutListPrice: uncompared.description)
    }
  }

  /// One row a line item; what has no list price comes last and says why.
  public var csv: [UInt8] {
    var bytes = CSVRow.header([
      "line_item", "currency", "pricing_unit", "quantity", "billed", "list", "difference", "percent", "note",
    ])
    var row = CSVRow()
    for item in lineItems {
      for field in [
        item.lineItem, item.currency, item.pricingUnit, item.quantity, item.billed, item.list,
        item.difference, item.percent, nil,
      ] { row.append(field) }
      row.endRow()
    }
    for item in withoutListPrice {
      for field in [item.lineItem, item.currency, nil, nil, item.billed, nil, nil, nil, item.reason] {
        row.append(field)
      }
      row.endRow()
    }
    bytes += row.bytes
    return bytes
  }
}

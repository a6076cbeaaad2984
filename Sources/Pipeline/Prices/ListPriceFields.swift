import Spend
import Staging

/// The fields of one entry of a price list as text, the same in CSV and YAML.
struct ListPriceFields {
  static let names = [
    "model", "modality", "kind", "tier", "qualifier", "valid_from", "currency", "price", "unit",
  ]

  /// By name; absent where there is nothing.
  var values: [String: String]

  /// Something wrong with one field.
  struct Problem: Error {
    let field: String
    /// What was expected.
    let message: String
  }

  /// - Throws: the first ``Problem``.
  func listPrice() throws(Problem) -> ListPrice {
    let item = try pricedItem()
    let validFrom = try optional("valid_from", expected: "must be a day, YYYY-MM-DD") { Day($0) }
    let currency = try required("currency", expected: "must be an ISO 4217 code, e.g. USD") {
      try? Currency(parsing: $0)
    }
    let price = try required("price", expected: "must be a plain decimal number that is not negative") {
      (try? ExactDecimal($0)).flatMap { $0.isNegative ? nil : $0 }
    }
    let unit = try required("unit", expected: "must be a pricing unit, e.g. 1000000 Tokens") { $0 }
    return ListPrice(item: item, validFrom: validFrom, currency: currency, price: price, pricingUnit: unit)
  }

  private func pricedItem() throws(Problem) -> PricedItem {
    let kind = try required("kind", expected: "must be a token kind or a whole line item") { $0 }
    let modality = try optional("modality", expected: "must be one of text, image, audio") {
      Modality(rawValue: $0)
    }
    let tier = try optional(
      "tier", expected: "must be one of \(ServiceTier.allCases.map(\.rawValue).joined(separator: ", "))"
    ) { ServiceTier(rawValue: $0) }
    guard let model = values["model"] else {
      if Self.kinds[kind] != nil {
        throw Problem(field: "model", message: "is missing: \(kind) is a kind of tokens of some model")
      }
      for field in ["modality", "tier", "qualifier"] where values[field] != nil {
        throw Problem(field: field, message: "must be empty without a model: the kind is a whole line item")
      }
      return .label(kind)
    }
    guard let tokenKind = Self.kinds[kind] else {
      throw Problem(
        field: "kind",
        message: "must be one of input, cached input, cache writes, output where there is a model")
    }
    return .tokens(
      model: model, modality: modality, kind: tokenKind, tier: tier?.listed, qualifier: values["qualifier"])
  }

  private static let kinds: [String: TokenKind] = [
    "input": .input, "cached input": .cachedInput, "cache writes": .cacheWrite, "output": .output,
  ]

  private func optional<Value>(
    _ field: String, expected: String, _ read: (String) -> Value?
  ) throws(Problem) -> Value? {
    guard let text = values[field] else { return nil }
    guard let value = read(text) else {
      throw Problem(field: field, message: "\"\(text.prefix(40))\" \(expected)")
    }
    return value
  }

  private func required<Value>(
    _ field: String, expected: String, _ read: (String) -> Value?
  ) throws(Problem) -> Value {
    guard let value = try optional(field, expected: expected, read) else {
      throw Problem(field: field, message: "is missing: it \(expected)")
    }
    return value
  }
}

/// The entries read so far; no price is given twice.
struct ListPriceCollector {
  private(set) var entries: [ListPrice] = []
  private var lines: [ListPrice.Identity: Int] = [:]

  /// - Parameter line: where the entry stands, for the message about a second one.
  /// - Throws: ``ListPriceFields/Problem``.
  mutating func add(_ fields: ListPriceFields, line: Int) throws(ListPriceFields.Problem) {
    let entry = try fields.listPrice()
    if let first = lines[entry.identity] {
      throw ListPriceFields.Problem(
        field: "price", message: "is given twice for the same item and day; first on line \(first)")
    }
    lines[entry.identity] = line
    entries.append(entry)
  }
}

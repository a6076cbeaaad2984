import Diagnostics

/// Turns cost lines into charges, one each (DESIGN C5), and puts names to their ids.
public struct ChargeBuilder {
  private let names: NameBook
  private let organization: String
  private let diagnostics: DiagnosticsCollector
  /// Parsed once for each distinct text: a day has many rows and few line items.
  private var lineItems: [String: LineItem] = [:]

  public init(organization: String, names: NameBook, diagnostics: DiagnosticsCollector) {
    self.organization = organization
    self.names = names
    self.diagnostics = diagnostics
  }

  /// The charge of one cost line; trouble is counted and keeps its money (promise 3).
  public mutating func charge(for line: CostLine) -> Charge {
    let lineItem = line.lineItem.map { parsed($0) }
    let measure = Measure(unit: line.quantityUnit, lineItem: lineItem)
    let unitPrice = unitPrice(of: line, measure)
    count(line, lineItem, measure, unitPrice)
    var charge = Charge(
      lineItem: line.lineItem,
      projectID: line.projectID, projectName: line.projectID.map { projectName($0, line) },
      apiKeyID: line.apiKeyID, apiKeyName: line.apiKeyID.flatMap { names.credentials[$0]?.name },
      attribution: .unattributed, currency: line.currency, amount: line.amount,
      quantity: line.quantity, quantityUnit: line.quantityUnit, unitPrice: unitPrice)
    if let user = line.userID {
      let principal = names.principals[user]
      charge.principalID = user
      charge.principalType = principal?.type.rawValue
      charge.principalName = principal?.name
      charge.principalEmail = principal?.email ?? line.userEmail
      charge.attribution = .billedUser
    }
    return charge
  }

  private mutating func parsed(_ text: String) -> LineItem {
    if let known = lineItems[text] { return known }
    let item = LineItem(text)
    lineItems[text] = item
    return item
  }

  /// Amount / pricing quantity, to 34 digits; nil where the line has no quantity or is no priced usage:
  /// FOCUS wants unit prices that are not negative, and null on every row without a price.
  private func unitPrice(of line: CostLine, _ measure: Measure) -> ExactDecimal? {
    guard let quantity = line.quantity, !quantity.isZero, !quantity.isNegative, !line.amount.isNegative
    else { return nil }
    return line.amount.divided(by: quantity.shifted(by: measure.pricingShift))
  }

  /// FOCUS wants a sub account's name wherever it has an id, so an unknown project shows its id.
  private func projectName(_ id: String, _ line: CostLine) -> String {
    names.projects[id] ?? line.projectName.flatMap { $0.isEmpty ? nil : $0 } ?? id
  }

  private func count(_ line: CostLine, _ lineItem: LineItem?, _ measure: Measure, _ unitPrice: ExactDecimal?)
  {
    func report(_ kind: String, _ message: String) {
      diagnostics.report(Diagnostic(kind: kind, message: "organization \(organization): \(message)"))
    }
    if let lineItem {
      if lineItem.isUnparsed {
        report("line_item_not_parsed", "line item \"\(lineItem.text.prefix(80))\" is kept whole as SkuId")
      }
    } else {
      report("line_item_missing", "a cost line has no line item and so no SKU")
    }
    if line.quantity != nil, measure.isAssumed {
      report(
        "unit_assumed",
        "line item \"\(line.lineItem?.prefix(80) ?? "")\" has the unit \"\(line.quantityUnit?.prefix(40) ?? "")\", "
          + "delivered as \(measure.consumedUnit)")
    }
    if unitPrice == nil, !line.amount.isNegative {
      report(
        "charge_without_price",
        "line item \"\(line.lineItem?.prefix(80) ?? "")\" has no quantity to divide its amount by")
    }
    if line.amount.isNegative, line.quantity != nil {
      report("credit_with_quantity", "a credit's quantity stays in normalized/ : FOCUS has none on credits")
    }
  }
}

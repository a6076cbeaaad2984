import Diagnostics

/// Turns cost lines into charges, one each (DESIGN C5) or one for each part after attribution, and puts names
/// to their ids.
public struct ChargeBuilder {
  private let names: NameBook
  private let organization: String
  private let diagnostics: DiagnosticsCollector
  /// Nil where attribution is switched off.
  private var attributor: Attributor?
  /// Parsed once for each distinct text: a day has many rows and few line items.
  private var lineItems: [String: LineItem] = [:]

  public init(
    organization: String, names: NameBook, attributor: Attributor?, diagnostics: DiagnosticsCollector
  ) {
    self.organization = organization
    self.attributor = attributor
    self.names = names
    self.diagnostics = diagnostics
  }

  /// The charges of one cost line; trouble is counted and keeps its money (promise 3).
  public mutating func charges(for line: CostLine) -> [Charge] {
    let (origin, outcome) = outcome(of: line)
    switch outcome {
    case .parts(let parts): return parts.map { charge(origin, $0, line) }
    case .shares(let shares): return shares.parts(of: line).map { charge(origin, $0, line) }
    }
  }

  /// What all charges of a cost line have in common, and what it is made into.
  mutating func outcome(of line: CostLine) -> (origin: Charge, outcome: Attributor.Outcome) {
    let lineItem = line.lineItem.map { parsed($0) }
    let measure = Measure(unit: line.quantityUnit, lineItem: lineItem)
    let unitPrice = unitPrice(of: line, measure)
    count(line, lineItem, measure, unitPrice)
    let origin = Charge(
      lineItem: line.lineItem,
      projectID: line.projectID, projectName: line.projectID.map { projectName($0, line) },
      attribution: .none, currency: line.currency, amount: line.amount,
      quantity: line.quantity, quantityUnit: line.quantityUnit, unitPrice: unitPrice)
    if attributor == nil {
      let whole = Attributor.Part(
        person: .named(apiKeyID: line.apiKeyID, userID: line.userID), method: .none, amount: line.amount,
        quantity: line.quantity)
      return (origin, .parts([whole]))
    }
    return (origin, attributor?.outcome(of: line, lineItem) ?? .parts([]))
  }

  /// The charge of one part.
  func charge(_ origin: Charge, _ part: Attributor.Part, _ line: CostLine) -> Charge {
    var ids: (apiKeyID: String?, userID: String?)
    switch part.person {
    case .named(let apiKeyID, let userID): ids = (apiKeyID, userID)
    case .user: ids = attributor?.ids(of: part.person) ?? (nil, nil)
    }
    var charge = named(origin, key: ids.apiKeyID, user: ids.userID, email: line.userEmail)
    charge.attribution = part.method
    charge.amount = part.amount
    charge.quantity = part.quantity
    charge.allocation = part.allocation
    return charge
  }

  private func named(_ origin: Charge, key: String?, user: String?, email: String?) -> Charge {
    var charge = origin
    charge.apiKeyID = key
    charge.apiKeyName = key.flatMap { names.credentials[$0]?.name }
    guard let user else { return charge }
    let principal = names.principals[user]
    charge.principalID = user
    charge.principalType = principal?.type.rawValue
    charge.principalName = principal?.name
    charge.principalEmail = principal?.email ?? email
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
  func projectName(_ id: String, _ line: CostLine) -> String {
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
        "line item \"\(line.lineItem?.prefix(80) ?? "")\" has \(line.quantityUnit.map { "the unit \"\($0.prefix(40))\"" } ?? "no unit"), "
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

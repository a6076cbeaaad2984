import Spend

/// Writes charges of one organization and day as FOCUS rows.
///
/// Hot path: a row is a template, made once for each line item and way of charging, whose constant stretches
/// are copied as bytes; only what differs from row to row is formatted, and each number once.
public struct RowWriter {
  private enum Piece {
    case fixed([UInt8])
    case field(RowField)
  }

  private struct TemplateKey: Hashable {
    var lineItem: String?
    var quantityUnit: String?
    var currency: String
    var isCredit: Bool
    var isPriced: Bool
  }

  private struct Template {
    var pieces: [Piece]
    var pricingShift: Int
    /// From the price list; nil where it has none.
    var listUnitPrice: ExactDecimal?
  }

  private let columns: [ColumnDefinition]
  private let context: BillingContext
  private let format: RowFormat
  private let prices: PriceList?
  private var templates: [TemplateKey: Template] = [:]
  private var amount: [UInt8] = []
  private var quantity: [UInt8] = []
  private var pricingQuantity: [UInt8] = []
  private var unitPrice: [UInt8] = []
  private var listCost: [UInt8] = []
  private var listUnitPrice: [UInt8] = []

  /// - Parameter prices: list prices; without them list costs equal the billed ones (DESIGN C1).
  public init(
    columns: [ColumnDefinition], context: BillingContext, format: RowFormat, prices: PriceList? = nil
  ) {
    self.columns = columns
    self.context = context
    self.format = format
    self.prices = prices
  }

  /// Appends one charge as a row with its line feed.
  public mutating func append(_ charge: Charge, to out: inout [UInt8]) {
    let template = template(for: charge)
    amount.removeAll(keepingCapacity: true)
    charge.amount.appendWithFraction(to: &amount)
    quantity.removeAll(keepingCapacity: true)
    pricingQuantity.removeAll(keepingCapacity: true)
    unitPrice.removeAll(keepingCapacity: true)
    if charge.isPriced {
      charge.quantity?.appendWithFraction(to: &quantity)
      charge.quantity?.shifted(by: template.pricingShift).appendWithFraction(to: &pricingQuantity)
      charge.unitPrice?.appendWithFraction(to: &unitPrice)
    }
    writeList(charge, template)
    for piece in template.pieces {
      switch piece {
      case .fixed(let bytes): out.append(contentsOf: bytes)
      case .field(let field): append(field, of: charge, to: &out)
      }
    }
  }

  /// ListCost = ListUnitPrice × PricingQuantity, exactly: the parts of a cost line sum up to its own.
  private mutating func writeList(_ charge: Charge, _ template: Template) {
    listCost.removeAll(keepingCapacity: true)
    listUnitPrice.removeAll(keepingCapacity: true)
    guard let price = template.listUnitPrice, let quantity = charge.quantity else {
      listCost.append(contentsOf: amount)
      listUnitPrice.append(contentsOf: unitPrice)
      return
    }
    (price * quantity.shifted(by: template.pricingShift)).appendWithFraction(to: &listCost)
    price.appendWithFraction(to: &listUnitPrice)
  }

  private func append(_ field: RowField, of charge: Charge, to out: inout [UInt8]) {
    switch field {
    case .amount: format.append(decimal: amount, to: &out)
    case .quantity: format.append(decimal: quantity, to: &out)
    case .pricingQuantity: format.append(decimal: pricingQuantity, to: &out)
    case .unitPrice: format.append(decimal: unitPrice, to: &out)
    case .listCost: format.append(decimal: listCost, to: &out)
    case .listUnitPrice: format.append(decimal: listUnitPrice, to: &out)
    case .projectID: format.append(charge.projectID, to: &out)
    case .projectName: format.append(charge.projectName ?? charge.projectID, to: &out)
    case .projectType: format.append(charge.projectID == nil ? nil : "Project", to: &out)
    case .apiKeyID: format.append(charge.apiKeyID, to: &out)
    case .apiKeyName: format.append(charge.apiKeyName, to: &out)
    case .principalID: format.append(charge.principalID, to: &out)
    case .principalName: format.append(charge.principalName, to: &out)
    case .principalEmail: format.append(charge.principalEmail, to: &out)
    case .principalType: format.append(charge.principalType, to: &out)
    case .attribution: format.append(charge.attribution.rawValue, to: &out)
    case .allocatedMethodID: format.append(charge.allocation == nil ? nil : Allocation.methodID, to: &out)
    case .allocatedMethodDetails: format.append(charge.allocation?.focusDetails, to: &out)
    case .allocatedResourceID: format.append(charge.allocatedResourceID, to: &out)
    case .allocatedResourceName: format.append(charge.allocatedResourceName, to: &out)
    }
  }

  private mutating func template(for charge: Charge) -> Template {
    let key = TemplateKey(
      lineItem: charge.lineItem, quantityUnit: charge.quantityUnit, currency: charge.currency.code,
      isCredit: charge.amount.isNegative, isPriced: charge.isPriced)
    if let known = templates[key] { return known }
    let lineItem = charge.lineItem.map { LineItem($0) }
    let sku = Sku(
      lineItem: lineItem,
      measure: Measure(unit: charge.quantityUnit, lineItem: lineItem),
      currency: key.currency, isCredit: key.isCredit, isPriced: key.isPriced)
    var template = Template(pieces: pieces(sku), pricingShift: sku.measure.pricingShift)
    if charge.isPriced, let lineItem {
      template.listUnitPrice = prices?.price(
        for: lineItem, on: context.day, currency: charge.currency, pricingUnit: sku.measure.pricingUnit)
    }
    templates[key] = template
    return template
  }

  private func pieces(_ sku: Sku) -> [Piece] {
    var pieces: [Piece] = []
    var fixed: [UInt8] = []
    for (index, definition) in columns.enumerated() {
      format.appendLead(definition.column, isFirst: index == 0, to: &fixed)
      if let field = RowField(definition.column) {
        pieces.append(.fixed(fixed))
        fixed.removeAll()
        pieces.append(.field(field))
      } else {
        format.append(constant(definition.column) ?? sku.text(definition.column), to: &fixed)
      }
    }
    format.appendEnd(to: &fixed)
    pieces.append(.fixed(fixed))
    return pieces
  }

  /// The text of a column that is the same for the whole organization and day; nil for all others.
  private func constant(_ column: Column) -> String? {
    switch column {
    case .billingAccountId: context.accountID
    case .billingAccountName: context.accountName
    case .billingAccountType: "Organization"
    case .billingPeriodStart: context.day.month.firstDay.timestamp
    case .billingPeriodEnd: context.day.month.end.timestamp
    case .chargePeriodStart: context.day.timestamp
    case .chargePeriodEnd: context.day.next.timestamp
    case .hostProviderName, .invoiceIssuerName, .providerName, .publisherName, .serviceProviderName:
      Provider.name
    case .serviceCategory: Provider.serviceCategory
    case .serviceName: Provider.service
    case .serviceSubcategory: Provider.serviceSubcategory
    default: nil
    }
  }
}

import Spend

/// What all charges of one line item, charged in one way, have in common: the stretches of a row between the values
/// that differ.
struct RowTemplate {
  /// A value that differs, and where the constant stretch before it ends.
  struct Slot {
    var end: Int
    /// Nil for the stretch at the row's end.
    var field: RowField?
  }

  /// All constant stretches, one after the other.
  let constants: [UInt8]
  let slots: [Slot]
  let pricingShift: Int
  /// From the price list; nil where it has none.
  let listUnitPrice: ExactDecimal?

  init(
    _ sku: Sku, columns: [ColumnDefinition], context: BillingContext, format: RowFormat,
    listUnitPrice: ExactDecimal?
  ) {
    var constants: [UInt8] = []
    var slots: [Slot] = []
    for (index, definition) in columns.enumerated() {
      format.appendLead(definition.column, isFirst: index == 0, to: &constants)
      if let field = RowField(definition.column) {
        slots.append(Slot(end: constants.count, field: field))
      } else {
        format.append(context.text(definition.column) ?? sku.text(definition.column), to: &constants)
      }
    }
    format.appendEnd(to: &constants)
    slots.append(Slot(end: constants.count, field: nil))
    self.constants = constants
    self.slots = slots
    self.listUnitPrice = listUnitPrice
    pricingShift = sku.measure.pricingShift
  }
}

extension BillingContext {
  /// The text of a column that is the same for the whole organization and day; nil for all others.
  fileprivate func text(_ column: Column) -> String? {
    switch column {
    case .billingAccountId: accountID
    case .billingAccountName: accountName
    case .billingAccountType: "Organization"
    case .billingPeriodStart: day.month.firstDay.timestamp
    case .billingPeriodEnd: day.month.end.timestamp
    case .chargePeriodStart: day.timestamp
    case .chargePeriodEnd: day.next.timestamp
    case .hostProviderName, .invoiceIssuerName, .providerName, .publisherName, .serviceProviderName:
      Provider.name
    case .serviceCategory: Provider.serviceCategory
    case .serviceName: Provider.service
    case .serviceSubcategory: Provider.serviceSubcategory
    default: nil
    }
  }
}

import Spend
import Staging

/// What all charges of one line item, charged in one way, have in common: the stretches of a row between the values
/// that differ.
final class RowTemplate {
  /// A value that differs, and where the constant stretch before it ends.
  struct Slot {
    var end: Int
    var content: Content
  }

  /// What stands in a slot.
  enum Content {
    case field(RowField)
    /// A field of the charge's record as it stands there, and nothing where it is null.
    case number(ChargeRecord.Field)
    /// A field of the charge's record as it stands there.
    case text(ChargeRecord.Field)
    /// The row ends.
    case end
  }

  /// All constant stretches, one after the other, and behind them what ``ByteBuffer/append(padded:count:)`` needs.
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
        slots.append(Slot(end: constants.count, content: .field(field)))
      } else {
        format.append(context.text(definition.column) ?? sku.text(definition.column), to: &constants)
      }
    }
    format.appendEnd(to: &constants)
    slots.append(Slot(end: constants.count, content: .end))
    self.constants = Self.padded(constants)
    self.slots = slots
    self.listUnitPrice = listUnitPrice
    pricingShift = sku.measure.pricingShift
  }

  private init(_ template: RowTemplate, constants: [UInt8], slots: [Slot]) {
    self.constants = Self.padded(constants)
    self.slots = slots
    pricingShift = template.pricingShift
    listUnitPrice = template.listUnitPrice
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: ByteBuffer.padding)
  }

  /// The same with some slots written out.
  /// - Parameter fill: appends what a field is for all charges, or says what stands in its slot.
  func filled(_ fill: (RowField, inout ByteBuffer) -> Content?) -> RowTemplate {
    var out = ByteBuffer(capacity: constants.count + 512)
    var (slots, start): ([Slot], Int) = ([], 0)
    slots.reserveCapacity(self.slots.count)
    constants.withUnsafeBufferPointer { constants in
      for slot in self.slots {
        out.append(UnsafeBufferPointer(rebasing: constants[start..<slot.end]))
        start = slot.end
        var content: Content? = slot.content
        if case .field(let field) = slot.content { content = fill(field, &out) }
        if let content { slots.append(Slot(end: out.count, content: content)) }
      }
    }
    return RowTemplate(self, constants: out.array, slots: slots)
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

import Glibc
import Spend
import Staging

/// Writes charges of one organization and day as FOCUS rows.
///
/// Hot path: a row is a template, made once for each line item and way of charging, whose constant stretches
/// are copied as bytes; what differs from row to row is copied from the charge's record as it stands there. For charges
/// that have more in common (``ChargeRecord/group``), that is written into a template of their own.
public struct RowWriter {
  private struct TemplateKey: Hashable {
    var lineItem: String?
    var quantityUnit: String?
    var currency: Currency
    var isCredit: Bool
    var isPriced: Bool
  }

  /// What chooses a template, as bytes.
  private struct Choice {
    var lineItem: [UInt8] = []
    var quantityUnit: [UInt8] = []
    var currency: Currency?
    var isCredit = false
    var isPriced = false

    init() {}

    init(_ charge: ChargeRecord) {
      lineItem = Array(charge.verbatim(.lineItem))
      quantityUnit = Array(charge.verbatim(.quantityUnit))
      currency = charge.currency
      isCredit = charge.isCredit
      isPriced = charge.isPriced
    }

    func chooses(_ charge: ChargeRecord) -> Bool {
      currency == charge.currency && isCredit == charge.isCredit && isPriced == charge.isPriced
        && Self.equal(lineItem, charge.verbatim(.lineItem))
        && Self.equal(quantityUnit, charge.verbatim(.quantityUnit))
    }

    private static func equal(_ known: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
      guard known.count == bytes.count else { return false }
      return bytes.baseAddress.map { memcmp(known, $0, bytes.count) == 0 } ?? true
    }
  }

  private let columns: [ColumnDefinition]
  private let context: BillingContext
  private let format: RowFormat
  private let prices: PriceList?
  private var templates: [TemplateKey: RowTemplate] = [:]
  /// The template of the row before, and what chose it: charges are sorted by line item.
  private var last: RowTemplate?
  private var lastChoice = Choice()
  /// The template of a group of charges, and of which group.
  private var filled: RowTemplate?
  private var filledGroup = (number: 0, isCredit: false)
  /// The group of the row before.
  private var lastGroup = (number: 0, isCredit: false)

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
  public mutating func append(_ charge: ChargeRecord, to out: inout ByteBuffer) {
    let template = groupTemplate(for: charge) ?? template(for: charge)
    Self.write(charge, template, to: &out) { field, out in append(field, of: charge, template, to: &out) }
  }

  private static func write(
    _ charge: ChargeRecord, _ template: RowTemplate, to out: inout ByteBuffer,
    _ append: (RowField, inout ByteBuffer) -> Void
  ) {
    template.constants.withUnsafeBufferPointer { constants in
      guard let base = constants.baseAddress else { return }
      var start = 0
      for slot in template.slots {
        out.append(padded: base + start, count: slot.end - start)
        start = slot.end
        switch slot.content {
        case .number(let field): if !charge.isNull(field) { charge.append(field, to: &out) }
        case .text(let field): charge.append(field, to: &out)
        case .field(let field): append(field, &out)
        case .end: break
        }
      }
    }
  }

  private func append(
    _ field: RowField, of charge: ChargeRecord, _ template: RowTemplate, to out: inout ByteBuffer
  ) {
    switch field {
    case .amount: number(.amount, of: charge, to: &out)
    case .quantity: if charge.isPriced { number(.quantity, of: charge, to: &out) } else { null(&out) }
    case .unitPrice: if charge.isPriced { number(.unitPrice, of: charge, to: &out) } else { null(&out) }
    case .pricingQuantity:
      if charge.isPriced, let quantity = charge.quantity {
        quantity.shifted(by: template.pricingShift).appendWithFraction(to: &out)
      } else {
        null(&out)
      }
    case .listCost:
      // ListCost = ListUnitPrice × PricingQuantity, exactly: the parts of a cost line sum up to its own.
      if let price = template.listUnitPrice, let quantity = charge.quantity {
        (price * quantity.shifted(by: template.pricingShift)).appendWithFraction(to: &out)
      } else {
        number(.amount, of: charge, to: &out)
      }
    case .listUnitPrice:
      if let price = template.listUnitPrice, charge.quantity != nil {
        price.appendWithFraction(to: &out)
      } else {
        append(.unitPrice, of: charge, template, to: &out)
      }
    case .projectID: text(.projectID, of: charge, to: &out)
    case .projectName:
      text(charge.isNull(.projectName) ? .projectID : .projectName, of: charge, to: &out)
    case .projectType: text(charge.isNull(.projectID) ? nil : "Project", to: &out)
    case .apiKeyID: text(.apiKeyID, of: charge, to: &out)
    case .apiKeyName: text(.apiKeyName, of: charge, to: &out)
    case .principalID: text(.principalID, of: charge, to: &out)
    case .principalName: text(.principalName, of: charge, to: &out)
    case .principalEmail: text(.principalEmail, of: charge, to: &out)
    case .principalType: text(.principalType, of: charge, to: &out)
    case .attribution: text(.method, of: charge, to: &out)
    case .allocatedMethodID: text(charge.target == nil ? nil : Allocation.methodID, to: &out)
    case .allocatedMethodDetails: allocation(charge, to: &out)
    case .allocatedResourceID: text(charge.allocatedResourceID, of: charge, to: &out)
    case .allocatedResourceName: text(charge.allocatedResourceName, of: charge, to: &out)
    }
  }

  private func null(_ out: inout ByteBuffer) {
    if format == .ndjson { out.append("null") }
  }

  /// A decimal as it stands in the record, which is how it stands in FOCUS files.
  private func number(_ field: ChargeRecord.Field, of charge: ChargeRecord, to out: inout ByteBuffer) {
    if charge.isNull(field) { null(&out) } else { charge.append(field, to: &out) }
  }

  private func text(_ field: ChargeRecord.Field?, of charge: ChargeRecord, to out: inout ByteBuffer) {
    guard let field else { return null(&out) }
    switch format {
    case .csv: charge.append(field, to: &out)
    case .ndjson: text(charge.text(field), to: &out)
    }
  }

  private func text(_ text: String?, to out: inout ByteBuffer) {
    var bytes: [UInt8] = []
    format.append(text, to: &bytes)
    out.append(bytes)
  }

  /// AllocatedMethodDetails: `{"Elements":[{"AllocatedRatio":0.6,"UsageUnit":"Tokens","UsageQuantity":1260000}]}`,
  /// numbers as exact text. The rest, for which there is no usage, has its ratio alone.
  private func allocation(_ charge: ChargeRecord, to out: inout ByteBuffer) {
    guard charge.target != nil else { return null(&out) }
    let quote: StaticString = format == .csv ? "\"\"" : "\\\""
    func name(_ text: StaticString, _ out: inout ByteBuffer) {
      out.append(quote)
      out.append(text)
      out.append(quote)
    }
    out.append("\"{")
    name("Elements", &out)
    out.append(":[{")
    name("AllocatedRatio", &out)
    out.append(":")
    integer(.allocatedRatio, of: charge, to: &out)
    if !charge.isNull(.allocatedUsage), !charge.isNull(.allocatedUnit) {
      out.append(",")
      name("UsageUnit", &out)
      out.append(":")
      out.append(quote)
      out.append(charge.verbatim(.allocatedUnit))
      out.append(quote)
      out.append(",")
      name("UsageQuantity", &out)
      out.append(":")
      integer(.allocatedUsage, of: charge, to: &out)
    }
    out.append("}]}\"")
  }

  /// A number without the fraction `.0` that whole numbers have in files.
  private func integer(_ field: ChargeRecord.Field, of charge: ChargeRecord, to out: inout ByteBuffer) {
    let bytes = charge.verbatim(field)
    guard let base = bytes.baseAddress else { return }
    let isWhole =
      bytes.count > 2 && bytes[bytes.count - 1] == UInt8(ascii: "0")
      && bytes[bytes.count - 2] == UInt8(ascii: ".")
    out.append(base, count: bytes.count - (isWhole ? 2 : 0))
  }

  /// The template of the charge's group, from the group's second row on; nil for the first and for single ones.
  private mutating func groupTemplate(for charge: ChargeRecord) -> RowTemplate? {
    let group = (number: charge.group, isCredit: charge.isCredit)
    if charge.group == 0 { return nil }
    if let filled, filledGroup == group { return filled }
    guard lastGroup == group else {
      lastGroup = group
      return nil
    }
    let template = template(for: charge)
    filled = template.filled { field, out in
      if let slot = field.slot(in: format, of: charge, template) { return slot }
      append(field, of: charge, template, to: &out)
      return nil
    }
    filledGroup = group
    return filled
  }

  private mutating func template(for charge: ChargeRecord) -> RowTemplate {
    if let last, lastChoice.chooses(charge) { return last }
    let key = TemplateKey(
      lineItem: charge.text(.lineItem), quantityUnit: charge.text(.quantityUnit), currency: charge.currency,
      isCredit: charge.isCredit, isPriced: charge.isPriced)
    let template = templates[key] ?? make(key)
    templates[key] = template
    last = template
    lastChoice = Choice(charge)
    return template
  }

  private func make(_ key: TemplateKey) -> RowTemplate {
    let lineItem = key.lineItem.map { LineItem($0) }
    let sku = Sku(
      lineItem: lineItem, measure: Measure(unit: key.quantityUnit, lineItem: lineItem),
      currency: key.currency.code, isCredit: key.isCredit, isPriced: key.isPriced)
    var listUnitPrice: ExactDecimal?
    if key.isPriced, let lineItem {
      listUnitPrice = prices?.price(
        for: lineItem, on: context.day, currency: key.currency, pricingUnit: sku.measure.pricingUnit)
    }
    return RowTemplate(
      sku, columns: columns, context: context, format: format, listUnitPrice: listUnitPrice)
  }
}

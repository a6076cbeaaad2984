import Spend
import Staging

/// The fields of one invoice as text, the same in CSV and YAML.
struct InvoiceFields {
  static let names = ["organization", "month", "number", "currency", "amount", "credits", "tax", "total"]
  static let required = ["organization", "month", "currency", "amount"]

  /// By name; absent where there is nothing.
  var values: [String: String]

  /// Something wrong with one field.
  struct Problem: Error {
    let field: String
    /// What was expected.
    let message: String
  }

  /// - Parameter organizations: configured names by name and by id.
  /// - Throws: the first ``Problem``.
  func invoice(_ organizations: [String: String]) throws(Problem) -> Invoice {
    let organization = try required(
      "organization", expected: "must be the name or the id of a configured organization"
    ) { organizations[$0] }
    let month = try required("month", expected: "must be a month, YYYY-MM") { Month($0) }
    let currency = try required("currency", expected: "must be an ISO 4217 code, e.g. USD") {
      try? Currency(parsing: $0)
    }
    let number = "must be a plain decimal number, e.g. 1234.56"
    let amount = try required("amount", expected: number) { try? ExactDecimal($0) }
    let tax = try optional("tax", expected: number) { try? ExactDecimal($0) } ?? .zero
    let credits =
      try optional("credits", expected: "must be 0 or below: what is taken off, e.g. -25.00") {
        (try? ExactDecimal($0)).flatMap { $0.isZero || $0.isNegative ? $0 : nil }
      } ?? .zero
    let invoice = Invoice(
      organization: organization, month: month, number: values["number"], currency: currency, amount: amount,
      credits: credits, tax: tax)
    if let total = try optional("total", expected: number, { try? ExactDecimal($0) }), total != invoice.total
    {
      throw Problem(
        field: "total", message: "is \(total), amount + credits + tax are \(invoice.total)")
    }
    return invoice
  }

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

/// The invoices read so far; none is given twice.
struct InvoiceCollector {
  /// Configured names by name and by id.
  let organizations: [String: String]
  private(set) var invoices: [Invoice] = []

  private struct Identity: Hashable {
    let organization: String
    let month: Month
    let currency: Currency
    let number: String?
  }
  private var lines: [Identity: Int] = [:]

  init(organizations: [String: String]) { self.organizations = organizations }

  /// - Parameter line: where the invoice stands, for the message about a second one.
  /// - Throws: ``InvoiceFields/Problem``.
  mutating func add(_ fields: InvoiceFields, line: Int) throws(InvoiceFields.Problem) {
    let invoice = try fields.invoice(organizations)
    let identity = Identity(
      organization: invoice.organization, month: invoice.month, currency: invoice.currency,
      number: invoice.number)
    if let first = lines[identity] {
      throw InvoiceFields.Problem(
        field: "number",
        message: "must tell this invoice apart from the one on line \(first): both are of "
          + "\(invoice.organization), \(invoice.month), \(invoice.currency)"
          + (invoice.number.map { ", \($0.prefix(40))" } ?? " without a number"))
    }
    lines[identity] = line
    invoices.append(invoice)
  }
}

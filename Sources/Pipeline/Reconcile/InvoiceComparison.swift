import Spend
import Staging

/// Holds the invoices of a month against its delivery.
///
/// The Costs API knows no tax, and whether it shows credits is not documented: costs may hold them as charges below 0,
/// the invoice may, or both. Of the three readings the one that leaves the least is taken, and named.
struct InvoiceComparison {
  let currency: Currency
  let tolerance: ExactDecimal
  let days: [DayMoney]
  /// Those of this currency.
  let invoices: [Invoice]

  func compare() -> (Reconciliation.Figure, [Reconciliation.Line]) {
    let delivered = days.compactMap(\.delivered).reduce(ExactDecimal.zero) { $0 + $1.totals[currency] }
    guard !invoices.isEmpty else {
      let isOpen = delivered.magnitude > tolerance
      let line = Reconciliation.Line(
        .missingInvoice, .invoice, amount: isOpen ? -delivered : nil, keepsOpen: isOpen,
        "there is no invoice of this organization, month and currency")
      return (
        .init(
          source: .invoice, total: nil, difference: nil, unexplained: isOpen ? -delivered : nil),
        isOpen ? [line] : []
      )
    }
    let total = invoices.reduce(ExactDecimal.zero) { $0 + $1.total }
    let net = invoices.reduce(ExactDecimal.zero) { $0 + $1.net }
    let (credits, creditText) = creditReading(net: net, delivered: delivered)
    let tax = invoices.reduce(ExactDecimal.zero) { $0 + $1.tax }
    let exact = delivered + credits
    let rounding = exact.rounded(toPlaces: places) - exact
    let rest = net - exact - rounding
    var lines: [Reconciliation.Line] = []
    func add(_ kind: Reconciliation.Line.Kind, _ amount: ExactDecimal, _ text: String) {
      if !amount.isZero { lines.append(.init(kind, .invoice, amount: amount, text)) }
    }
    add(.credits, credits, creditText)
    add(.tax, tax, "tax; costs know none")
    add(.rounding, rounding, "the invoice is rounded to \(places) decimal places")
    if !rest.isZero {
      lines.append(
        .init(
          .unexplained, .invoice, amount: rest, keepsOpen: rest.magnitude > tolerance,
          rest.magnitude > tolerance ? "nothing accounts for this\(hint)" : "within the tolerance"))
    }
    return (
      .init(source: .invoice, total: total, difference: total - delivered, unexplained: rest), lines
    )
  }

  /// Places that the invoices are written to: the currency's, more where an amount has more.
  private var places: Int {
    invoices.flatMap { [$0.amount, $0.credits] }.map(\.decimalPlaces).max().map {
      max($0, currency.minorUnitPlaces)
    } ?? currency.minorUnitPlaces
  }

  /// How much of the invoice's credits costs do not show.
  private func creditReading(net: ExactDecimal, delivered: ExactDecimal) -> (ExactDecimal, String) {
    let onInvoice = invoices.reduce(ExactDecimal.zero) { $0 + $1.credits }
    let inCosts = days.compactMap(\.delivered).reduce(ExactDecimal.zero) { $0 + $1.credits[currency] }
    var best = (amount: ExactDecimal.zero, text: "")
    let readings = [
      (onInvoice - inCosts, "credits: \(onInvoice) on the invoice, \(inCosts) among the charges"),
      (onInvoice, "credits on the invoice that are not among the charges"),
    ]
    // A credit that the invoice does not show explains nothing of it.
    for (amount, text) in readings where onInvoice <= amount && amount <= .zero {
      if (net - delivered - amount).magnitude < (net - delivered - best.amount).magnitude {
        best = (amount, text)
      }
    }
    return best
  }

  /// What else may be behind a rest.
  private var hint: String {
    var causes: [String] = []
    let missing = days.count(where: \.isMissing)
    if missing > 0 { causes.append("\(missing) days are missing or not over") }
    let open = days.count(where: \.isOpen)
    if open > 0 { causes.append("\(open) days are open") }
    return causes.isEmpty
      ? "; an invoice may bill what is not in the organization's API costs, e.g. seats of another product"
      : ": " + causes.joined(separator: ", ")
  }
}

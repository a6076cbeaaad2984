import Pipeline

/// The price check for a person: differences first, then the money that has no list price, then the sums.
struct PriceCheckTable {
  let report: PriceCheckReport

  var text: String {
    var lines = [
      "List prices, \(report.from) to \(report.to) (exclusive), \(report.days) normalized days",
      "Price list sha256 \(report.priceList.sha256)",
    ]
    if !report.lineItems.isEmpty { lines += [""] + comparedTable }
    if !report.withoutListPrice.isEmpty { lines += ["", "Without a list price", ""] + uncomparedTable }
    lines.append("")
    for (currency, total) in report.totals.sorted(by: { $0.key < $1.key }) {
      lines.append(
        "\(currency)  billed \(total.billed), list \(total.list), difference \(total.difference)"
          + "\(total.percent.map { " (\($0) %)" } ?? ""); without a list price \(total.withoutListPrice)")
    }
    if report.totals.isEmpty { lines.append("There are no charges; run normalize first.") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var comparedTable: [String] {
    var rows = [["line item", "quantity", "unit", "currency", "billed", "list", "difference", "%"]]
    for item in report.lineItems {
      rows.append([
        Self.printable(item.lineItem), item.quantity, item.pricingUnit, item.currency, item.billed, item.list,
        item.difference, item.percent ?? "-",
      ])
    }
    return SummaryTable.aligned(rows, rightAligned: [1, 4, 5, 6, 7])
  }

  private var uncomparedTable: [String] {
    var rows = [["line item", "currency", "billed", "why"]]
    for item in report.withoutListPrice {
      rows.append([item.lineItem.map(Self.printable) ?? "-", item.currency, item.billed, item.reason])
    }
    return SummaryTable.aligned(rows, rightAligned: [2])
  }

  /// A line item on one line, without what a terminal would take for a command.
  private static func printable(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(80).map { scalar in
        scalar.properties.generalCategory == .control ? " " : Character(scalar)
      })
  }
}

import Pipeline
import Spend
import Staging

/// The CSV forms of a comparison: charges, or totals.
enum DiffCSV {
  static let chargeHeader = text([
    "change", "what", "organization", "day", "project", "line_item", "credential", "principal",
    "allocated_resource",
    "category", "currency", "before", "after", "difference", "quantity_before", "quantity_after",
  ])

  static func row(_ difference: ChargeDifference) -> String {
    let identity = difference.identity
    return text([
      difference.kind.rawValue, difference.aspects.map(\.rawValue).joined(separator: " "),
      identity.billingAccountID,
      identity.day, identity.subAccountID, identity.lineItem, identity.credentialID, identity.principalID,
      identity.allocatedResourceID, identity.chargeCategory, identity.currency,
      difference.before?.cost.description,
      difference.after?.cost.description, difference.difference.description, difference.before?.quantityText,
      difference.after?.quantityText,
    ])
  }

  static func totals(_ totals: [DiffTotal]) -> String {
    text(["group_by", "key", "name", "currency", "before", "after", "difference"])
      + totals.map { total in
        text([
          total.grouping.rawValue, total.key, total.name, total.currency, total.before.description,
          total.after.description, total.difference.description,
        ])
      }.joined()
  }

  /// Rows of texts, the header first; empty ones are null.
  static func rows(_ rows: [[String]]) -> String {
    rows.map { text($0.map { $0.isEmpty ? nil : $0 }) }.joined()
  }

  private static func text(_ fields: [String?]) -> String {
    var row = CSVRow()
    for field in fields { row.append(field) }
    row.endRow()
    return String(decoding: row.bytes, as: UTF8.self)
  }
}

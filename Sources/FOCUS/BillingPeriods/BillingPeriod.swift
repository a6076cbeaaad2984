import Staging

/// One row of the FOCUS 1.4 Billing Period dataset.
///
/// OpenAI tells neither invoices nor closing dates: a period is the UTC calendar month (DESIGN C14), and it is
/// closed when nothing of it is expected to change any more.
public struct BillingPeriod: Sendable, Hashable {
  /// BillingPeriodStatus.
  public enum Status: String, Sendable {
    case open = "Open"
    case closed = "Closed"
  }

  public var month: Month
  public var status: Status
  /// The UTC day on which the last change of its charges was delivered.
  public var updated: Day

  public init(month: Month, status: Status, updated: Day) {
    self.month = month
    self.status = status
    self.updated = updated
  }

  /// The dataset's columns, A to Z.
  public static let columns = [
    SchemaColumn(name: "BillingPeriodCreated", type: .dateTime),
    SchemaColumn(name: "BillingPeriodEnd", type: .dateTime),
    SchemaColumn(name: "BillingPeriodLastUpdated", type: .dateTime),
    SchemaColumn(name: "BillingPeriodStart", type: .dateTime),
    SchemaColumn(name: "BillingPeriodStatus", type: .string),
    SchemaColumn(name: "InvoiceIssuerName", type: .string),
  ]

  /// The whole dataset as CSV, one row a month in their order.
  public static func csv(_ periods: [BillingPeriod]) -> [UInt8] {
    let header = columns.map(\.name).joined(separator: ",") + "\n"
    let rows = periods.sorted { $0.month < $1.month }.map { period in
      // A calendar month needs nobody to create it: it is there when it starts.
      [
        period.month.firstDay.timestamp, period.month.end.timestamp, period.updated.timestamp,
        period.month.firstDay.timestamp, period.status.rawValue, Provider.name,
      ].joined(separator: ",") + "\n"
    }
    return Array((header + rows.joined()).utf8)
  }
}

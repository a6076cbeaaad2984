import Spend
import Staging

/// One organization's day as each of the pipeline's own sources has it. Nil where a source does not have the day.
struct DayMoney: Sendable {
  let day: Day
  /// The Costs API's own ungrouped total.
  var api: ControlTotals?
  var costLines: ControlTotals?
  var charges: ControlTotals?
  /// BilledCost, read from the delivered files.
  var delivered: DeliveredMoneyOfDay?
  /// From the dashboard's CSV.
  var dashboard: ControlTotals?
  var isOpen = false
  /// Whether a CSV's own sum stands in for the API's total.
  var isControlledByCSV = false
  /// The datasets that the delivered day was made without.
  var degraded: [String]?
  /// Whether a restated day is kept back as it was delivered before.
  var isKeptBack = false

  /// Whether no source has it.
  var isMissing: Bool { api == nil && costLines == nil && charges == nil && delivered == nil }

  subscript(source: ReconciledSource) -> ControlTotals? {
    switch source {
    case .api: api
    case .costLines: costLines
    case .charges: charges
    case .delivered: delivered?.totals
    case .dashboard: dashboard
    case .invoice: nil
    }
  }
}

/// What the delivered files of one day hold.
struct DeliveredMoneyOfDay: Sendable {
  var totals = ControlTotals()
  /// Charges below 0, of all of it.
  var credits = ControlTotals()
  /// Charges of the organization as a whole, of all of it.
  var withoutProject = ControlTotals()
  var rowsWithoutProject = 0
}

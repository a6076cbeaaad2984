import Staging

/// What replaces one month in a warehouse: files of a delivery, and what they must sum to.
public struct MonthFiles: Sendable {
  public let month: Month
  /// Paths relative to `focus/`; nil where no manifest is known: then whatever lies in the month's folder.
  public let paths: [String]?
  /// Sums of BilledCost by currency as the manifest tells them; empty without one.
  public let controlTotals: [String: String]

  /// The files that a manifest lists.
  public init(month: Month, paths: [String], controlTotals: [String: String]) {
    self.month = month
    self.paths = paths
    self.controlTotals = controlTotals
  }

  /// Whatever CSV files the month's folder holds.
  public init(allOf month: Month) {
    self.month = month
    paths = nil
    controlTotals = [:]
  }

  /// The month's folder below the location.
  var folder: String { String(Layout.data(month).dropFirst("focus/".count)) }
}

import Staging

/// What load did with one billing month.
public struct MonthDelivery: Sendable {
  public let month: Month
  public let manifest: Manifest
  /// Whether anything was published.
  public let changed: Bool
  /// Files that were already there.
  public let filesKept: Int
  public let filesWritten: Int
}

import Staging

/// What a run covers.
public struct RunScope: Sendable {
  /// UTC days, the end exclusive.
  public var window: DayRange
  /// The organizations asked for, in the order of the configuration.
  public var organizations: [OrganizationConfiguration]
  /// The current UTC day: open, like the look-back before it (DESIGN C14).
  public var today: Day
  /// Whether days may lose most of the cost that was delivered of them (`--accept-shrink`).
  public var acceptsShrink = false
  /// Exactly what is covered, where the call names it partition by partition; nil for the whole window of all the
  /// organizations.
  public var partitions: PartitionScope?

  public init(window: DayRange, organizations: [OrganizationConfiguration], today: Day) {
    self.window = window
    self.organizations = organizations
    self.today = today
  }
}

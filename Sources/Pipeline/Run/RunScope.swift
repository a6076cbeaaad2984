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

  public init(window: DayRange, organizations: [OrganizationConfiguration], today: Day) {
    self.window = window
    self.organizations = organizations
    self.today = today
  }
}

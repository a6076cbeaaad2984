/// How a charge came by its principal (x_AttributionMethod; DESIGN C8, C9).
public enum AttributionMethod: String, Sendable, Hashable, CaseIterable {
  /// The Costs API named the user itself.
  case billedUser = "billed-user"
  /// The cost line's key was used by this principal alone that day.
  case keySoleUser = "key-sole-user"
  /// No usage tells who used the cost line's key: its owner.
  case keyOwner = "key-owner"
  /// All usage behind the cost line is of this principal and key.
  case soleUser = "sole-user"
  /// One part of a cost line, by share of usage.
  case usageShare = "usage-share"
  /// Nobody is known to be behind the charge.
  case unattributed
  /// Attribution is switched off.
  case none
}

/// A version of the FOCUS specification that can be delivered.
public enum FOCUSVersion: String, Sendable, Hashable, CaseIterable {
  case v12 = "1.2"
  case v13 = "1.3"
  case v14 = "1.4"

  /// Whether its metadata has dataset instances and recency.
  public var hasDatasetInstances: Bool { self != .v12 }
  /// Whether it has the Billing Period dataset.
  public var hasBillingPeriods: Bool { self == .v14 }
}

/// One row of the Costs API: the only source of money.
public struct CostLine: Sendable, Hashable {
  /// Exact; negative for credits.
  public var amount: ExactDecimal
  public var currency: Currency
  /// Free text (DESIGN C4); nil where the API gave none.
  public var lineItem: String?
  /// Nil for cost of the organization as a whole (DESIGN C6).
  public var projectID: String?
  /// Nil for traffic without a key, and where keys were not asked for.
  public var apiKeyID: String?
  /// The user or service account, where the API was asked and told.
  public var userID: String?
  /// In units of `quantityUnit`.
  public var quantity: ExactDecimal?
  /// `tokens`, `1000_tokens`, `duration_seconds`, …; an open set.
  public var quantityUnit: String?
  /// Undocumented fields seen on live rows; used only where no list knows better.
  public var projectName: String?
  public var userEmail: String?
  public var organizationID: String?
}

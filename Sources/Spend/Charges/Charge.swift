/// One charge: a cost line, or one part of it after attribution (DESIGN, section 1).
///
/// It carries what differs from row to row; what follows from the line item alone (model, meter, SKU) is
/// read from ``LineItem`` where it is needed.
public struct Charge: Sendable, Hashable {
  public var lineItem: String?
  public var projectID: String?
  public var projectName: String?
  public var apiKeyID: String?
  public var apiKeyName: String?
  public var principalID: String?
  /// `User` or `Service Account`, where known.
  public var principalType: String?
  public var principalName: String?
  public var principalEmail: String?
  public var attribution: AttributionMethod
  public var currency: Currency
  public var amount: ExactDecimal
  /// In units of `quantityUnit`.
  public var quantity: ExactDecimal?
  /// As the API wrote it.
  public var quantityUnit: String?
  /// Price of one pricing unit (``Measure``), in `currency`; nil where there is none to be told.
  public var unitPrice: ExactDecimal?
  /// Set on the parts of a cost line that was split.
  public var allocation: Allocation?

  /// Whether the charge has pricing columns. FOCUS: where SkuPriceId is null, and a charge without a line item has
  /// none, all of them are null.
  public var isPriced: Bool { unitPrice != nil && lineItem != nil }

  /// AllocatedResourceId: the key, or where there is none the principal, that the part was split to.
  public var allocatedResourceID: String? {
    switch allocation?.target {
    case .credential: apiKeyID
    case .principal: principalID
    case .nobody, nil: nil
    }
  }

  /// AllocatedResourceName; the id where there is no name.
  public var allocatedResourceName: String? {
    switch allocation?.target {
    case .credential: apiKeyName ?? apiKeyID
    case .principal: principalName ?? principalID
    case .nobody, nil: nil
    }
  }
}

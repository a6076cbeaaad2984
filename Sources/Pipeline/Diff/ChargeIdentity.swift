/// What makes a charge the same charge in two deliveries: who was billed for what, on which day.
///
/// BillingAccountId, ChargePeriodStart, SubAccountId, x_LineItem (SkuPriceId where there is none), x_CredentialId,
/// x_PrincipalId, AllocatedResourceId, ChargeCategory and BillingCurrency. Names are no part of it, and neither are
/// amounts and quantities. Charges of one delivery with equal identities are added up before they are compared.
public struct ChargeIdentity: Sendable, Hashable, Comparable {
  /// In the order of ``columns``; nil for null.
  private let parts: [String?]

  /// The parts of an identity, in its order; SkuPriceId stands in for the line item.
  static let columns: [DiffColumn] = [
    .billingAccountID, .chargePeriodStart, .subAccountID, .lineItem, .credentialID, .principalID, .resourceID,
    .category, .currency,
  ]

  /// - Parameter parts: as many as there are ``columns``.
  init(_ parts: [String?]) { self.parts = parts }

  /// Part by part by their bytes, null last.
  public static func < (left: ChargeIdentity, right: ChargeIdentity) -> Bool {
    for (one, other) in zip(left.parts, right.parts) where one != other {
      guard let one else { return false }
      guard let other else { return true }
      return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
    return false
  }

  public var billingAccountID: String? { parts[0] }
  /// `YYYY-MM-DD`.
  public var day: String? { parts[1].map { String($0.prefix(10)) } }
  public var subAccountID: String? { parts[2] }
  public var lineItem: String? { parts[3] }
  public var credentialID: String? { parts[4] }
  public var principalID: String? { parts[5] }
  public var allocatedResourceID: String? { parts[6] }
  public var chargeCategory: String? { parts[7] }
  public var currency: String? { parts[8] }
}

/// What a comparison can leave out, where one side does not have it.
public enum IgnoredPart: String, Sendable, Hashable, CaseIterable {
  case credential
  case principal
  case quantity
}

/// What makes a charge the same charge in two deliveries: who was billed for what, on which day.
///
/// BillingAccountId, ChargePeriodStart, SubAccountId, x_LineItem (SkuPriceId where there is none), x_CredentialId,
/// x_PrincipalId, AllocatedResourceId, ChargeCategory and BillingCurrency. Names are no part of it, and neither are
/// amounts and quantities. Charges of one delivery with equal identities are added up before they are compared.
///
/// One byte string, so that a day's charges are hashed and compared without regard to Unicode equivalence.
public struct ChargeIdentity: Sendable, Hashable, Comparable {
  private let bytes: [UInt8]

  /// Occurs in no UTF-8 text.
  private static let separator: UInt8 = 0xFF

  init(_ charge: DeliveredFields, ignoring ignored: Set<IgnoredPart>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(200)
    func add(_ text: String?, isIgnored: Bool = false) {
      if let text, !isIgnored { bytes.append(contentsOf: text.utf8) }
      bytes.append(Self.separator)
    }
    add(charge[.billingAccountID])
    add(charge[.chargePeriodStart])
    add(charge[.subAccountID])
    add(charge[.lineItem] ?? charge[.skuPriceID])
    add(charge[.credentialID], isIgnored: ignored.contains(.credential))
    add(charge[.principalID], isIgnored: ignored.contains(.principal))
    // What a cost was allocated to is a key or a person: it goes with them.
    add(charge[.resourceID], isIgnored: !ignored.isDisjoint(with: [.credential, .principal]))
    add(charge[.category])
    add(charge[.currency])
    self.bytes = bytes
  }

  public static func < (left: ChargeIdentity, right: ChargeIdentity) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
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

  private var parts: [String?] {
    bytes.split(separator: Self.separator, omittingEmptySubsequences: false).map { part in
      part.isEmpty ? nil : String(decoding: part, as: UTF8.self)
    }
  }
}

/// What a comparison can leave out, where one side does not have it.
public enum IgnoredPart: String, Sendable, Hashable, CaseIterable {
  case credential
  case principal
  case quantity
}

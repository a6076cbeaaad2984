/// Which columns of two sides decide whether charges are the same and alike.
struct ComparedColumns: Sendable {
  /// Those of ``ChargeIdentity/columns`` that are looked at; nil for those that are left out.
  let identity: [DiffColumn?]
  /// What the ids are called, in the order of ``ChargeDifference/Names``.
  let names: [DiffColumn?]
  let hasLineItem: Bool
  /// Whether SkuPriceId stands in for a line item that is null.
  let hasSkuPrice: Bool
  let hasQuantity: Bool
  let hasUnit: Bool

  /// - Parameters:
  ///   - common: columns that both sides have: one that a side lacks distinguishes nothing.
  ///   - ignored: what is left out because the user says so.
  init(common: Set<DiffColumn>, ignoring ignored: Set<IgnoredPart>) {
    var left: Set<DiffColumn> = []
    if ignored.contains(.credential) { left.formUnion([.credentialID, .credentialName]) }
    if ignored.contains(.principal) { left.formUnion([.principalID, .principalName]) }
    // What a cost was allocated to is a key or a person: it goes with them.
    if !left.isEmpty { left.formUnion([.resourceID, .resourceName]) }
    if ignored.contains(.quantity) { left.formUnion([.consumedQuantity, .consumedUnit]) }
    let compared = common.subtracting(left)
    func present(_ column: DiffColumn) -> DiffColumn? { compared.contains(column) ? column : nil }
    identity = ChargeIdentity.columns.map(present)
    names = [
      DiffColumn.billingAccountName, .subAccountName, .credentialName, .principalName, .resourceName,
    ].map(present)
    hasLineItem = compared.contains(.lineItem)
    hasSkuPrice = compared.contains(.skuPriceID)
    hasQuantity = compared.contains(.consumedQuantity)
    hasUnit = compared.contains(.consumedUnit)
  }
}

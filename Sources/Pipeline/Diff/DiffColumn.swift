/// The columns of a delivery that a comparison looks at.
enum DiffColumn: Int, CaseIterable {
  case billingAccountID, billingAccountName, chargePeriodStart, subAccountID, subAccountName, skuPriceID,
    lineItem
  case credentialID, credentialName, principalID, principalName, resourceID, resourceName, category, currency
  case billedCost, consumedQuantity, consumedUnit, modelID, serviceName

  var name: String {
    switch self {
    case .billingAccountID: "BillingAccountId"
    case .billingAccountName: "BillingAccountName"
    case .chargePeriodStart: "ChargePeriodStart"
    case .subAccountID: "SubAccountId"
    case .subAccountName: "SubAccountName"
    case .skuPriceID: "SkuPriceId"
    case .lineItem: "x_LineItem"
    case .credentialID: "x_CredentialId"
    case .credentialName: "x_CredentialName"
    case .principalID: "x_PrincipalId"
    case .principalName: "x_PrincipalName"
    case .resourceID: "AllocatedResourceId"
    case .resourceName: "AllocatedResourceName"
    case .category: "ChargeCategory"
    case .currency: "BillingCurrency"
    case .billedCost: "BilledCost"
    case .consumedQuantity: "ConsumedQuantity"
    case .consumedUnit: "ConsumedUnit"
    case .modelID: "x_ModelId"
    case .serviceName: "ServiceName"
    }
  }

  /// Those that decide whether two charges are the same and alike; the others only group totals.
  static let compared = Set(allCases).subtracting([.modelID, .serviceName])

  /// Without these there is no money to compare; other columns differ between FOCUS versions.
  static let required: [DiffColumn] = [.billedCost, .currency]
}

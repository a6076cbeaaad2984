/// A column whose value differs from charge to charge.
enum RowField {
  /// BilledCost and its equals (DESIGN C1).
  case amount
  case quantity
  case pricingQuantity
  case unitPrice
  /// From the price list where there is one for it, else the amount and the unit price (DESIGN C1).
  case listCost, listUnitPrice
  case projectID, projectName, projectType
  case apiKeyID, apiKeyName
  case principalID, principalName, principalEmail, principalType
  case attribution
  case allocatedMethodID, allocatedMethodDetails, allocatedResourceID, allocatedResourceName

  /// The field of a column; nil for columns that are constant or follow from the SKU.
  init?(_ column: Column) {
    switch column {
    case .billedCost, .contractedCost, .effectiveCost, .pricingCurrencyEffectiveCost, .customUnblendedCost:
      self = .amount
    case .consumedQuantity: self = .quantity
    case .pricingQuantity: self = .pricingQuantity
    case .contractedUnitPrice, .pricingCurrencyContractedUnitPrice: self = .unitPrice
    case .listCost: self = .listCost
    case .listUnitPrice, .pricingCurrencyListUnitPrice: self = .listUnitPrice
    case .subAccountId: self = .projectID
    case .subAccountName: self = .projectName
    case .subAccountType: self = .projectType
    case .customCredentialId: self = .apiKeyID
    case .customCredentialName: self = .apiKeyName
    case .customPrincipalId: self = .principalID
    case .customPrincipalName: self = .principalName
    case .customPrincipalEmail: self = .principalEmail
    case .customPrincipalType: self = .principalType
    case .customAttributionMethod: self = .attribution
    case .allocatedMethodId: self = .allocatedMethodID
    case .allocatedMethodDetails: self = .allocatedMethodDetails
    case .allocatedResourceId: self = .allocatedResourceID
    case .allocatedResourceName: self = .allocatedResourceName
    default: return nil
    }
  }
}

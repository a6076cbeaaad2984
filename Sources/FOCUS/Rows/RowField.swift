import Spend

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

extension RowField {
  /// What stands in this field's slot for the charges of a group (``ChargeRecord/group``); nil where all of them have
  /// the same value.
  func slot(in format: RowFormat, of charge: ChargeRecord, _ template: RowTemplate) -> RowTemplate.Content? {
    switch self {
    case .unitPrice, .projectID, .projectName, .projectType, .attribution, .allocatedMethodID: nil
    case .quantity: charge.isPriced ? number(.quantity, format) : nil
    // With a list price it depends on whether there is a quantity.
    case .listUnitPrice: template.listUnitPrice == nil ? nil : .field(self)
    case .listCost: template.listUnitPrice == nil ? number(.amount, format) : .field(self)
    case .amount: number(.amount, format)
    case .apiKeyID: text(.apiKeyID, format)
    case .apiKeyName: text(.apiKeyName, format)
    case .principalID: text(.principalID, format)
    case .principalName: text(.principalName, format)
    case .principalEmail: text(.principalEmail, format)
    case .principalType: text(.principalType, format)
    case .allocatedResourceID: charge.allocatedResourceID.map { text($0, format) }
    case .pricingQuantity, .allocatedMethodDetails, .allocatedResourceName: .field(self)
    }
  }

  private func number(_ field: ChargeRecord.Field, _ format: RowFormat) -> RowTemplate.Content {
    format == .csv ? .number(field) : .field(self)
  }

  private func text(_ field: ChargeRecord.Field, _ format: RowFormat) -> RowTemplate.Content {
    format == .csv ? .text(field) : .field(self)
  }
}

import Staging

/// What is the same for all charges of one organization and day.
public struct BillingContext: Sendable, Hashable {
  /// BillingAccountId: the organization's id.
  public var accountID: String
  /// BillingAccountName.
  public var accountName: String
  public var day: Day

  public init(accountID: String, accountName: String, day: Day) {
    self.accountID = accountID
    self.accountName = accountName
    self.day = day
  }
}

/// Names that OpenAI's charges have in common.
enum Provider {
  static let name = "OpenAI"
  static let service = "OpenAI API"
  static let serviceCategory = "AI and Machine Learning"
  static let serviceSubcategory = "Generative AI"
}

import Spend
import Staging

/// One invoice as the user wrote it down, in the currency's units and not in cents.
///
/// `total` = `amount` + `credits` + `tax`: what the invoice asks for.
public struct Invoice: Sendable, Hashable {
  /// The configured name of the organization.
  public let organization: String
  /// The month whose usage it bills.
  public let month: Month
  /// What tells several invoices of one month apart, e.g. the invoice number.
  public let number: String?
  public let currency: Currency
  /// Before credits and tax.
  public let amount: ExactDecimal
  /// What the invoice takes off, 0 or below.
  public let credits: ExactDecimal
  public let tax: ExactDecimal

  /// Before tax.
  public var net: ExactDecimal { amount + credits }
  public var total: ExactDecimal { amount + credits + tax }
}

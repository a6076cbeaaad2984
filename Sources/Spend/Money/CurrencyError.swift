import Diagnostics

/// A currency that is missing or that ISO 4217 does not have: the partition is refused (DESIGN C3).
public enum CurrencyError: RecoverableError, Hashable {
  /// No code at all, or an empty one.
  case missing
  /// The text that is no code, at most 80 characters of it.
  case unknown(String)

  public var recovery: Recovery { .refuseData }

  public var description: String {
    switch self {
    case .missing: "the currency is missing: expected an ISO 4217 code such as usd"
    case .unknown(let value): "\"\(value)\" is no active ISO 4217 currency code: expected one such as usd"
    }
  }
}

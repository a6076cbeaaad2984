import Diagnostics

/// A text that is no exact decimal: the partition it stands in is refused (DESIGN C2).
public struct DecimalSyntaxError: RecoverableError, Hashable {
  /// What is wrong with the text.
  public enum Fault: Sendable, Hashable {
    /// It does not follow the grammar of a JSON number.
    case syntax
    /// Its exponent or its number of digits lies outside of what is read.
    case range
  }

  /// The text that was refused, at most 80 characters of it.
  public let value: String
  public let fault: Fault

  init(refusing bytes: UnsafeBufferPointer<UInt8>, fault: Fault) {
    value = excerpt(of: bytes)
    self.fault = fault
  }

  public var recovery: Recovery { .refuseData }

  public var description: String {
    switch fault {
    case .syntax:
      "\"\(value)\" is not an exact decimal: expected a JSON number such as 12.50, -3 or 0E-6176"
    case .range:
      "\"\(value)\" is out of range: expected at most \(ExactDecimal.maximumDigits) significant digits, the "
        + "first of them between 10^-\(ExactDecimal.maximumPlace) and 10^\(ExactDecimal.maximumPlace)"
    }
  }
}

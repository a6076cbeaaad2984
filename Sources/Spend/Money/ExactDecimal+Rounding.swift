extension ExactDecimal {
  /// The value rounded half-even to so many decimal places: 2 for dollars and cents.
  ///
  /// For comparison with documents that are written in whole cents, as invoices are; never for money that is
  /// summed.
  public func rounded(toPlaces places: Int) -> ExactDecimal {
    if isZero || lastPlace >= -places { return self }
    let digits = firstPlace + 1 + places
    if digits > 0 { return divided(by: 1, significantDigits: digits) ?? self }
    // Less than one unit of the last place: up only beyond a half, as half of it is nearest to an even zero.
    let unit = ExactDecimal(significand: 1, exponent: -places)
    guard magnitude * 2 > unit else { return .zero }
    return isNegative ? -unit : unit
  }

  /// Decimal places that are not 0: 2 for `12.50E-1`, 0 for `7000`.
  public var decimalPlaces: Int { max(0, -lastPlace) }
}

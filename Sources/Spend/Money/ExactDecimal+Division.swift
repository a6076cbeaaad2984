internal import BigInt

extension ExactDecimal {
  /// The quotient, exact where it ends within `significantDigits`, else rounded half-even to that many.
  ///
  /// The one operation that rounds: for unit prices only (DESIGN C5), never for money that is summed.
  /// To share money out, use `split(by:decimalPlaces:)`.
  ///
  /// - Parameter significantDigits: at least 1; 34 is the precision of Decimal128.
  /// - Returns: nil where `divisor` is 0.
  public func divided(by divisor: ExactDecimal, significantDigits: Int = 34) -> ExactDecimal? {
    if divisor.isZero { return nil }
    if isZero { return .zero }
    let digits = max(1, significantDigits)
    let isNegative = isNegative != divisor.isNegative
    if digits <= 37, case .compact(let a, let aExponent) = storage,
      case .compact(let b, let bExponent) = divisor.storage,
      let (quotient, shift) = Self.narrowQuotient(a.magnitude, b.magnitude, digits),
      let magnitude = Int128(exactly: quotient)
    {
      return ExactDecimal(
        significand: isNegative ? -magnitude : magnitude, exponent: aExponent - bExponent - shift
      ).canonical
    }
    let (a, b) = (bigParts, divisor.bigParts)
    let (quotient, shift) = Self.wideQuotient(a.significand.magnitude, b.significand.magnitude, digits)
    return ExactDecimal(
      wide: BigInt(sign: isNegative ? .minus : .plus, magnitude: quotient),
      exponent: a.exponent - b.exponent - shift
    ).canonical
  }

  /// a ÷ b ≈ quotient × 10^-shift with `digits` digits, rounded half-even; nil beyond 256 bits.
  private static func narrowQuotient(
    _ a: UInt128, _ b: UInt128, _ digits: Int
  ) -> (quotient: UInt128, shift: Int)? {
    // With this shift the integer quotient has `digits` digits or one more.
    let shift = digits + PowersOfTen.digitCount(b) - PowersOfTen.digitCount(a)
    guard abs(shift) <= 38 else { return nil }
    let scale = PowersOfTen.table[abs(shift)]
    let dividend = shift >= 0 ? a.multipliedFullWidth(by: scale) : (high: 0, low: a)
    let (divisor, overflow) = shift >= 0 ? (b, false) : b.multipliedReportingOverflow(by: scale)
    guard !overflow, dividend.high < divisor else { return nil }
    let (quotient, remainder) = divisor.dividingFullWidth(dividend)
    if PowersOfTen.digitCount(quotient) > digits {
      let (kept, last) = quotient.quotientAndRemainder(dividingBy: 10)
      let isUp = last > 5 || (last == 5 && (remainder > 0 || kept % 2 == 1))
      return (isUp ? kept + 1 : kept, shift - 1)
    }
    let rest = divisor - remainder
    let isUp = remainder > rest || (remainder == rest && quotient % 2 == 1)
    return (isUp ? quotient + 1 : quotient, shift)
  }

  /// The same, for significands of any width.
  private static func wideQuotient(
    _ a: BigUInt, _ b: BigUInt, _ digits: Int
  ) -> (quotient: BigUInt, shift: Int) {
    let shift = digits + PowersOfTen.digitCount(b) - PowersOfTen.digitCount(a)
    let dividend = shift >= 0 ? a * PowersOfTen.big(shift) : a
    let divisor = shift >= 0 ? b : b * PowersOfTen.big(-shift)
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    if quotient >= PowersOfTen.big(digits) {
      let (kept, last) = quotient.quotientAndRemainder(dividingBy: 10)
      let isUp = last > 5 || (last == 5 && (!remainder.isZero || !kept.isMultiple(of: 2)))
      return (isUp ? kept + 1 : kept, shift - 1)
    }
    let rest = divisor - remainder
    let isUp = remainder > rest || (remainder == rest && !quotient.isMultiple(of: 2))
    return (isUp ? quotient + 1 : quotient, shift)
  }
}

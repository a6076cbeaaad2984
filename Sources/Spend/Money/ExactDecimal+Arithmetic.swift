internal import BigInt

extension ExactDecimal: AdditiveArithmetic {
  /// The exact sum, whatever the distance between the operands.
  public static func + (lhs: ExactDecimal, rhs: ExactDecimal) -> ExactDecimal {
    var sum = lhs
    sum += rhs
    return sum
  }

  /// Adds exactly. Without allocation while sum and operands fit 128 bits at the finer exponent.
  public static func += (lhs: inout ExactDecimal, rhs: ExactDecimal) {
    if case .compact(let a, let aExponent) = lhs.storage,
      case .compact(let b, let bExponent) = rhs.storage,
      let (x, y) = aligned(a, aExponent, b, bExponent)
    {
      let (sum, overflow) = x.addingReportingOverflow(y)
      if !overflow {
        lhs = ExactDecimal(significand: sum, exponent: min(aExponent, bExponent))
        return
      }
    }
    lhs = wideSum(lhs, rhs)
  }

  /// The exact difference.
  public static func - (lhs: ExactDecimal, rhs: ExactDecimal) -> ExactDecimal { lhs + -rhs }

  public static func -= (lhs: inout ExactDecimal, rhs: ExactDecimal) { lhs += -rhs }

  public static prefix func - (value: ExactDecimal) -> ExactDecimal {
    switch value.storage {
    case .compact(.min, let exponent): ExactDecimal(wide: -BigInt(Int128.min), exponent: exponent)
    case .compact(let significand, let exponent): ExactDecimal(significand: -significand, exponent: exponent)
    case .wide(let significand, let exponent): ExactDecimal(wide: -significand, exponent: exponent)
    }
  }

  /// The exact product.
  public static func * (lhs: ExactDecimal, rhs: ExactDecimal) -> ExactDecimal {
    if case .compact(let a, let aExponent) = lhs.storage,
      case .compact(let b, let bExponent) = rhs.storage
    {
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      if !overflow { return ExactDecimal(significand: product, exponent: aExponent + bExponent) }
    }
    let (a, b) = (lhs.bigParts, rhs.bigParts)
    return ExactDecimal(wide: a.significand * b.significand, exponent: a.exponent + b.exponent)
  }

  public static func *= (lhs: inout ExactDecimal, rhs: ExactDecimal) { lhs = lhs * rhs }

  /// The value × 10^places, exactly: `tokens.shifted(by: -6)` counts in units of 1000000 Tokens.
  public func shifted(by places: Int) -> ExactDecimal {
    switch storage {
    case .compact(let significand, let exponent):
      ExactDecimal(significand: significand, exponent: exponent + places)
    case .wide(let significand, let exponent):
      ExactDecimal(wide: significand, exponent: exponent + places)
    }
  }

  /// Both significands at the finer of the two exponents, or nil where one leaves 128 bits.
  static func aligned(
    _ a: Int128, _ aExponent: Int, _ b: Int128, _ bExponent: Int
  ) -> (Int128, Int128)? {
    if aExponent == bExponent { return (a, b) }
    guard let power = PowersOfTen.small(abs(aExponent - bExponent)) else { return nil }
    let (scaled, overflow) = (aExponent > bExponent ? a : b).multipliedReportingOverflow(by: power)
    if overflow { return nil }
    return aExponent > bExponent ? (scaled, b) : (a, scaled)
  }

  /// Both significands as big integers at the finer of the two exponents.
  static func wideAligned(
    _ lhs: ExactDecimal, _ rhs: ExactDecimal
  ) -> (a: BigInt, b: BigInt, exponent: Int) {
    let (a, b) = (lhs.bigParts, rhs.bigParts)
    let exponent = min(a.exponent, b.exponent)
    func scaled(_ parts: (significand: BigInt, exponent: Int)) -> BigInt {
      parts.exponent == exponent
        ? parts.significand : parts.significand * BigInt(PowersOfTen.big(parts.exponent - exponent))
    }
    return (scaled(a), scaled(b), exponent)
  }

  private static func wideSum(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> ExactDecimal {
    // A zero has no exponent of its own and must not force the other operand to one.
    if lhs.isZero { return rhs }
    if rhs.isZero { return lhs }
    let (a, b, exponent) = wideAligned(lhs, rhs)
    return ExactDecimal(wide: a + b, exponent: exponent)
  }
}

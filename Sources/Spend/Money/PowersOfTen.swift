internal import BigInt

/// Powers of ten, digit counts and trailing zeros, for 128-bit and for big significands.
enum PowersOfTen {
  /// 10^0 … 10^38, all that fit an `Int128`.
  static let table: [UInt128] = {
    var powers: [UInt128] = [1]
    for _ in 1...38 { powers.append(powers[powers.count - 1] * 10) }
    return powers
  }()

  /// 10^exponent as an `Int128`, or nil where it does not fit one.
  static func small(_ exponent: Int) -> Int128? {
    (0...38).contains(exponent) ? Int128(truncatingIfNeeded: table[exponent]) : nil
  }

  /// 10^exponent, for exponents from 0 on.
  static func big(_ exponent: Int) -> BigUInt {
    exponent <= 38 ? BigUInt(table[max(0, exponent)]) : BigUInt(10).power(exponent)
  }

  /// Decimal digits of `value`: 1 for 0.
  static func digitCount(_ value: UInt128) -> Int {
    // 1233/4096 is just above log10(2): the estimate is exact or one too low.
    let estimate = ((128 - value.leadingZeroBitCount) * 1233) >> 12
    return max(1, value >= table[estimate] ? estimate + 1 : estimate)
  }

  /// Decimal digits of `value`: 1 for 0.
  static func digitCount(_ value: BigUInt) -> Int {
    guard !value.isZero else { return 1 }
    // log10(2) from below: the lowest value of this width has `digits` digits or one more. Multiplying
    // out a power is far cheaper than the divisions that make text.
    var digits = (value.bitWidth - 1) * 30_102_999 / 100_000_000 + 1
    var power = big(digits)
    while value >= power {
      power *= 10
      digits += 1
    }
    return digits
  }

  /// `value` without its trailing decimal zeros, and how many there were; 0 stays 0 and has none.
  static func strippingZeros(_ value: UInt128) -> (value: UInt128, zeros: Int) {
    guard value != 0 else { return (0, 0) }
    var (value, zeros) = (value, 0)
    for step in [32, 16, 8, 4, 2, 1] {
      // 10^n divides only what 2^n divides: this test spares nearly all divisions.
      guard value.trailingZeroBitCount >= step else { continue }
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: table[step])
      if remainder == 0 { (value, zeros) = (quotient, zeros + step) }
    }
    return (value, zeros)
  }

  /// `value` without its trailing decimal zeros, and how many there were; 0 stays 0 and has none.
  static func strippingZeros(_ value: BigUInt) -> (value: BigUInt, zeros: Int) {
    guard !value.isZero else { return (value, 0) }
    var (value, zeros, step) = (value, 0, 1)
    while step * 2 <= value.trailingZeroBitCount { step *= 2 }
    while step > 0 {
      if value.trailingZeroBitCount >= step {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: big(step))
        if remainder.isZero { (value, zeros) = (quotient, zeros + step) }
      }
      step /= 2
    }
    return (value, zeros)
  }
}

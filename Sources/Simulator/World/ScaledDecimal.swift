/// A decimal fraction held as a whole number of its smallest unit, so that sums are exact.
///
/// Money is counted in 1e-24 US dollars, which leaves room for 10^14 dollars; quantities in millionths of
/// their unit.
enum ScaledDecimal {
  /// Digits after the point in an amount of money.
  static let moneyDigits = 24
  /// Digits after the point in a quantity.
  static let quantityDigits = 6
  /// One unit of quantity (a token, a second, an image).
  static let one: Int128 = 1_000_000

  /// How the digits after the point are written.
  enum Form {
    /// No trailing zeros.
    case shortest
    /// Padded with zeros to so many digits after the point.
    case fraction(digits: Int)
    /// Padded with zeros to so many significant digits.
    case significant(digits: Int)
  }

  /// The decimal text of `value` units of 10^-`digits`: no exponent, a leading zero before the point.
  static func text(_ value: Int128, digits: Int, form: Form = .shortest) -> [UInt8] {
    var written: [UInt8] = []
    var rest = value.magnitude
    while rest > 0 {
      // 128-bit division is slow: take eighteen digits at a time.
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
      var part = UInt64(remainder)
      for _ in 0..<18 {
        written.append(0x30 + UInt8(part % 10))
        part /= 10
      }
      rest = quotient
    }
    while written.last == 0x30 { written.removeLast() }
    let significant = written.count
    while written.count <= digits { written.append(0x30) }
    written.reverse()
    let whole = written.prefix(written.count - digits)
    var fraction = Array(written.suffix(digits))
    while fraction.last == 0x30 { fraction.removeLast() }
    switch form {
    case .shortest: break
    case .fraction(let wanted):
      while fraction.count < wanted { fraction.append(0x30) }
    case .significant(let wanted):
      let dropped = digits - fraction.count
      let kept = max(significant - dropped, 0)
      if wanted > kept { fraction.append(contentsOf: repeatElement(0x30, count: wanted - kept)) }
    }
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    text.append(contentsOf: whole)
    if !fraction.isEmpty {
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: fraction)
    }
    return text
  }
}

extension ExactDecimal {
  /// The value as a percentage of `base` with two places, rounded half-even: `-50.00`. For display only.
  ///
  /// - Returns: nil where `base` is 0.
  public func percentText(of base: ExactDecimal) -> String? {
    // 34 digits are exact enough: only a quotient within 10^-34 of a half could be rounded the other way.
    guard let share = shifted(by: 4).divided(by: base) else { return nil }
    var digits = Array(share.magnitude.roundedToInteger.utf8)
    while digits.count < 3 { digits.insert(UInt8(ascii: "0"), at: 0) }
    digits.insert(UInt8(ascii: "."), at: digits.count - 2)
    let text = String(decoding: digits, as: UTF8.self)
    return share.isNegative && text != "0.00" ? "-" + text : text
  }

  /// Half-even, as plain digits; for values that are not negative.
  private var roundedToInteger: String {
    let parts = description.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let whole = parts.first, let fraction = parts.last else { return description }
    guard let integer = try? ExactDecimal(whole) else { return description }
    let isOdd = (whole.utf8.last ?? 0) % 2 == 1
    let isUp = fraction == "5" ? isOdd : (fraction.utf8.first ?? 0) >= UInt8(ascii: "5")
    return (isUp ? integer + 1 : integer).description
  }
}

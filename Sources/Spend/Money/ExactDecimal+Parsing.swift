internal import BigInt

extension ExactDecimal {
  /// Significant digits that are read, without leading and trailing zeros. Decimal128 has 34.
  static let maximumDigits = 200

  /// The highest and (negated) lowest place of a first digit. Decimal128 ends at 10^6144 and 10^-6176.
  static let maximumPlace = 6176 + 34

  /// Reads a JSON number exactly, from its bytes: `12.50`, `0E-6176`, `1e3`, `-0`.
  ///
  /// Everything else is refused: `12abc`, `1,5`, `0x10`, `NaN`, `+1`, `.5`, `1.`, `00.5`, white space
  /// (DESIGN C2). So is what would take memory out of proportion to its text, `1e999999999`: more than 200
  /// significant digits, or a first digit beyond 10^±6210. All of Decimal128 lies within.
  public init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(DecimalSyntaxError) {
    try self.init(parsing: bytes, maximumDigits: Self.maximumDigits)
  }

  /// Reads a sum that this program wrote: sums of amounts far apart have more digits than any amount.
  init(sum text: String) throws(DecimalSyntaxError) {
    let bytes = Array(text.utf8)
    let read = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(DecimalSyntaxError) in
        try ExactDecimal(parsing: bytes, maximumDigits: 2 * Self.maximumPlace + Self.maximumDigits)
      }
    }
    self = try read.get()
  }

  private init(parsing bytes: UnsafeBufferPointer<UInt8>, maximumDigits: Int) throws(DecimalSyntaxError) {
    if let (significand, exponent) = Self.short(bytes) {
      self.init(significand: Int128(significand), exponent: exponent)
      return
    }
    guard let scan = NumberScan(bytes) else {
      throw DecimalSyntaxError(refusing: bytes, fault: .syntax)
    }
    guard let first = scan.firstNonzero else {
      guard abs(scan.exponent) <= Self.maximumPlace else {
        throw DecimalSyntaxError(refusing: bytes, fault: .range)
      }
      self = .zero
      return
    }
    let digits = scan.lastNonzeroDigit - scan.firstNonzeroDigit + 1
    let firstPlace = scan.exponent + scan.integerDigits - 1 - scan.firstNonzeroDigit
    guard digits <= maximumDigits, abs(firstPlace) <= Self.maximumPlace else {
      throw DecimalSyntaxError(refusing: bytes, fault: .range)
    }
    let exponent = firstPlace - digits + 1
    let text = bytes[first...scan.lastNonzero]
    if digits <= 38 {
      let magnitude = Self.small(text)
      self.init(significand: scan.isNegative ? -magnitude : magnitude, exponent: exponent)
    } else {
      let sign: BigInt.Sign = scan.isNegative ? .minus : .plus
      self.init(wide: BigInt(sign: sign, magnitude: Self.big(text)), exponent: exponent)
    }
  }

  /// Digits, and perhaps a point among them, that fit 64 bits: nearly all numbers there are. Nil for all others,
  /// wrong ones among them.
  private static func short(_ bytes: UnsafeBufferPointer<UInt8>) -> (significand: Int64, exponent: Int)? {
    guard let first = bytes.first, bytes.count <= 60 else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    var (value, point, digits, index) = (Int64(0), -1, 0, start)
    while index < bytes.count {
      if digits <= 10, let eight = EightDigits(bytes, at: index) {
        // Zeros in front are no digits of the number.
        digits &+= value == 0 ? 8 &- eight.leadingZeros : 8
        value = value &* 100_000_000 &+ eight.value
        index &+= 8
        continue
      }
      let byte = bytes[index]
      let digit = byte &- UInt8(ascii: "0")
      if digit <= 9 {
        value = value &* 10 &+ Int64(digit)
        if value != 0 { digits &+= 1 }
      } else if byte == UInt8(ascii: "."), point < 0, index > start {
        point = index
      } else {
        return nil
      }
      index &+= 1
    }
    let whole = (point < 0 ? bytes.count : point) - start
    // More digits than fit, none, a point at the end, a zero in front of others: the full reader says what it is.
    guard digits <= 18, whole > 0, point != bytes.count - 1, whole == 1 || bytes[start] != UInt8(ascii: "0")
    else { return nil }
    return (isNegative ? -value : value, point < 0 ? 0 : point + 1 - bytes.count)
  }

  /// Reads a JSON number exactly; the same grammar and the same limits as ``init(parsing:)``.
  public init(_ text: some StringProtocol) throws(DecimalSyntaxError) {
    let read = text.utf8.withContiguousStorageIfAvailable { bytes in Self.read(bytes) }
    self = try (read ?? Array(text.utf8).withUnsafeBufferPointer { bytes in Self.read(bytes) }).get()
  }

  private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<ExactDecimal, DecimalSyntaxError> {
    Result { () throws(DecimalSyntaxError) in try ExactDecimal(parsing: bytes) }
  }

  /// Up to 38 digits, and perhaps a point among them.
  private static func small(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int128 {
    // 64-bit steps while they last: a 128-bit multiplication costs three times as much.
    var (high, low, lowDigits) = (UInt128(0), UInt64(0), 0)
    for byte in text where byte != UInt8(ascii: ".") {
      if lowDigits == 19 { (high, low, lowDigits) = (UInt128(low), 0, 0) }
      low = low &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
      lowDigits += 1
    }
    return Int128(truncatingIfNeeded: high &* PowersOfTen.table[lowDigits] &+ UInt128(low))
  }

  private static func big(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> BigUInt {
    var (value, low, lowDigits) = (BigUInt(0), UInt64(0), 0)
    for byte in text where byte != UInt8(ascii: ".") {
      if lowDigits == 19 {
        value = value * BigUInt(PowersOfTen.table[19]) + BigUInt(low)
        (low, lowDigits) = (0, 0)
      }
      low = low &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
      lowDigits += 1
    }
    return value * BigUInt(PowersOfTen.table[lowDigits]) + BigUInt(low)
  }
}

/// One walk over a JSON number: whether it is one, and where its digits lie.
private struct NumberScan {
  var isNegative = false
  /// Digits before the point.
  var integerDigits = 0
  /// Positions in the text of the first and last digit that is not 0; no first one in a zero.
  var firstNonzero: Int?
  var lastNonzero = 0
  /// The same two, counted in digits.
  var firstNonzeroDigit = 0
  var lastNonzeroDigit = 0
  /// What stands behind the `e`, held below 10^15 in size so that nothing overflows.
  var exponent = 0

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var (index, digit) = (0, 0)
    let end = bytes.count

    /// Walks over digits and says how many there were.
    func digits(_ scan: inout NumberScan) -> Int {
      let start = index
      while index < end, case let value = bytes[index] &- UInt8(ascii: "0"), value <= 9 {
        if value != 0 {
          if scan.firstNonzero == nil { (scan.firstNonzero, scan.firstNonzeroDigit) = (index, digit) }
          (scan.lastNonzero, scan.lastNonzeroDigit) = (index, digit)
        }
        index += 1
        digit += 1
      }
      return index - start
    }

    if index < end, bytes[index] == UInt8(ascii: "-") {
      isNegative = true
      index += 1
    }
    let start = index
    integerDigits = digits(&self)
    guard integerDigits > 0, integerDigits == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
    if index < end, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard digits(&self) > 0 else { return nil }
    }
    if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      var negative = false
      if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
        negative = bytes[index] == UInt8(ascii: "-")
        index += 1
      }
      let start = index
      while index < end, case let value = bytes[index] &- UInt8(ascii: "0"), value <= 9 {
        if exponent < 100_000_000_000_000 { exponent = exponent * 10 + Int(value) }
        index += 1
      }
      guard index > start else { return nil }
      if negative { exponent = -exponent }
    }
    guard index == end else { return nil }
  }
}

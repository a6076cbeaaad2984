/// A JSON number read digit by digit, slowly: what `ExactDecimal` is held against.
struct PlainNumber: Equatable {
  /// False for zero.
  var isNegative = false
  /// Digits without zeros at either end; none for zero.
  var digits: [UInt8] = []
  /// Of the last digit; 0 for zero.
  var exponent = 0
  /// What stands behind the `e`.
  private(set) var written = 0

  static func == (left: PlainNumber, right: PlainNumber) -> Bool {
    left.isNegative == right.isNegative && left.digits == right.digits && left.exponent == right.exponent
  }

  /// Place of the first digit, 0 for units.
  var firstPlace: Int { exponent + digits.count - 1 }

  /// Nil for what is no JSON number (RFC 8259, section 6).
  init?(_ text: some Sequence<UInt8>) {
    var rest = Array(text)[...]
    func taken(_ byte: Character) -> Bool {
      guard let value = byte.asciiValue, rest.first == value else { return false }
      rest.removeFirst()
      return true
    }
    func run() -> [UInt8] {
      let run = Array(rest.prefix { (0x30...0x39).contains($0) })
      rest.removeFirst(run.count)
      return run
    }
    isNegative = taken("-")
    let whole = run()
    guard !whole.isEmpty, whole.count == 1 || whole[0] != 0x30 else { return nil }
    var fraction: [UInt8] = []
    if taken(".") {
      fraction = run()
      guard !fraction.isEmpty else { return nil }
    }
    if taken("e") || taken("E") {
      let isBelow = taken("-")
      if !isBelow { _ = taken("+") }
      let power = run()
      guard !power.isEmpty else { return nil }
      let significant = power.drop { $0 == 0x30 }
      // Far beyond every range, and far from overflowing.
      let value =
        significant.count > 12 ? 1_000_000_000_000 : significant.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      written = isBelow ? -value : value
    }
    guard rest.isEmpty else { return nil }
    digits = whole + fraction
    exponent = written - fraction.count
    while digits.last == 0x30 {
      digits.removeLast()
      exponent += 1
    }
    digits.removeFirst(digits.prefix { $0 == 0x30 }.count)
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }
}

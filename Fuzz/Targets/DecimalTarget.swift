@testable import Spend

/// A decimal is read exactly where the text is a JSON number within the stated range, and nowhere else.
func readDecimal(_ input: UnsafeBufferPointer<UInt8>) {
  let expected = PlainNumber(input)
  let value: ExactDecimal
  do { value = try ExactDecimal(parsing: input) } catch {
    _ = reading { throw error }
    switch (error.fault, expected) {
    case (.syntax, nil): return
    case (.range, let number?): return promise(!isInRange(number), "a decimal in range was refused")
    default: broken("refused for \(error.fault)")
    }
  }
  guard let expected else { broken("what is no JSON number was read as \(value)") }
  promise(isInRange(expected), "out of range, and read")
  check(value, equals: expected)
  promise(value.isZero == expected.digits.isEmpty && value.isNegative == expected.isNegative, "the sign")
  promise(value.isInteger == (expected.exponent >= 0), "whether it is whole")

  let text = value.description
  guard let again = reading({ try ExactDecimal(text) }) else { broken("its own text \(text) is refused") }
  promise(again == value && again.hashValue == value.hashValue, "read again it is \(again)")
  promise(again.description == text && again.focusText == value.focusText, "its text changes")
  promise(-(-value) == value && (value - value).isZero && value + .zero == value, "the sign of it")
  promise(value.shifted(by: 6).shifted(by: -6) == value, "shifted there and back")
}

/// Both texts of a decimal say what was read, in plain form.
private func check(_ value: ExactDecimal, equals expected: PlainNumber) {
  for text in [value.description, value.focusText] {
    promise(PlainNumber(text.utf8) == expected, "it was read as \(text)")
    promise(!text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }, "\(text) is not plain")
  }
  promise(value.focusText.utf8.contains(UInt8(ascii: ".")), "\(value.focusText) has no point")
}

/// Within Decimal128 and some more, see `ExactDecimal.init(parsing:)`.
private func isInRange(_ number: PlainNumber) -> Bool {
  if number.digits.isEmpty { return abs(number.written) <= 6210 }
  return number.digits.count <= 200 && abs(number.firstPlace) <= 6210
}

/// Arithmetic on up to six decimals, one a line, keeps its laws to the last digit.
func readArithmetic(_ input: UnsafeBufferPointer<UInt8>) {
  var values: [ExactDecimal] = []
  for text in parts(input, separator: 0x0A, limit: 6) {
    guard let value = reading({ try ExactDecimal(parsing: text) }) else { return }
    values.append(value)
  }
  guard values.count > 1 else { return }
  let (a, b) = (values[0], values[1])
  let sum = a + b
  promise(sum == b + a && sum - b == a && sum - a == b, "\(a) + \(b) is \(sum)")
  promise((a < b) == (b - a > .zero) && (a == b) == (b - a).isZero, "the order of \(a) and \(b)")
  promise((try? ExactDecimal(sum: sum.description)) == sum, "a sum that cannot be read again: \(sum)")
  let product = a * b
  promise(product == b * a, "\(a) × \(b)")
  promise(product.isZero == (a.isZero || b.isZero), "\(a) × \(b) is \(product)")
  if let quotient = a.divided(by: b) {
    // Off by at most half a unit of the 34th digit.
    let error = (quotient * b - a).magnitude
    promise(error + error <= (a.magnitude).shifted(by: -33), "\(a) / \(b) is \(quotient)")
  } else {
    promise(b.isZero, "\(a) / \(b) has no quotient")
  }
  share(a, by: Array(values[1...]))
}

/// Parts that add up to the whole, each on the whole's side of zero, none where the weight is 0.
private func share(_ value: ExactDecimal, by weights: [ExactDecimal]) {
  guard let shares = value.split(by: weights) else {
    let isPossible = !weights.contains(where: \.isNegative) && weights.contains { !$0.isZero }
    return promise(!isPossible, "\(value) is not shared by \(weights)")
  }
  promise(shares.count == weights.count, "\(shares.count) shares for \(weights.count)")
  promise(shares.reduce(.zero, +) == value, "\(value) by \(weights) gives \(shares)")
  for (share, weight) in zip(shares, weights) {
    promise(share.isZero || share.isNegative == value.isNegative, "\(share) is a share of \(value)")
    promise(share.isZero || !weight.isZero, "\(share) for a weight of 0")
  }
}

import TestSupport
import Testing

@testable import Spend

/// Rounding to decimal places against Python's `decimal`.
@Suite struct ExactDecimalRoundingTests {
  @Test(.enabled(if: PythonReference.isAvailable, PythonReference.missing))
  func roundsHalfEvenAsPythonDoes() throws {
    var generator = RepeatableGenerator(seed: 20)
    var cases: [(text: String, places: Int)] = [
      ("0.5", 0), ("1.5", 0), ("-0.5", 0), ("0.005", 2), ("0.015", 2), ("0.0050000000001", 2), ("9.995", 2),
      ("0.004", 2), ("0", 2), ("12", 2), ("99.999", 2), ("-99.995", 2), ("1e-40", 2), ("5E-3", 2),
    ]
    for _ in 0..<3000 {
      let digits = Int.random(in: 1...45, using: &generator)
      let text = (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
      let exponent = Int.random(in: -50...3, using: &generator)
      let sign = Bool.random(using: &generator) ? "-" : ""
      let whole = String(text.drop { $0 == "0" })
      cases.append(
        ("\(sign)\(whole.isEmpty ? "0" : whole)e\(exponent)", Int.random(in: 0...4, using: &generator)))
    }
    let script = """
      import sys
      from decimal import Decimal, getcontext, ROUND_HALF_EVEN
      getcontext().prec = 200
      for line in sys.stdin:
          text, places = line.split()
          value = Decimal(text).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_EVEN)
          print(format(value, 'f'))
      """
    let input = cases.map { "\($0.text) \($0.places)\n" }.joined()
    let expected = try Python.lines(script, input: Array(input.utf8))
    #expect(expected.count == cases.count)
    for (one, text) in zip(cases, expected) {
      let rounded = try ExactDecimal(one.text).rounded(toPlaces: one.places)
      #expect(try rounded == ExactDecimal(text), "\(one)")
      #expect(rounded.decimalPlaces <= one.places)
    }
  }
}

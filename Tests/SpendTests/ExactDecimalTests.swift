import Diagnostics
import TestSupport
import Testing

@testable import Spend

@Suite struct ExactDecimalTests {
  @Test func eightBytesAreDigitsOrNot() {
    var random = RepeatableGenerator(seed: 8)
    for _ in 0..<20_000 {
      var text = (0..<12).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
      let zeros = Int.random(in: 0...8, using: &random)
      for index in 0..<zeros { text[index + 1] = 0x30 }
      if Bool.random(using: &random) {
        text[Int.random(in: 0..<12, using: &random)] = random.pick([
          0x2F, 0x3A, 0x2E, 0x2D, 0x65, 0xB0, 0x00, 0xFF,
        ])
      }
      let digits = text[1..<9]
      let read = text.withUnsafeBufferPointer { EightDigits($0, at: 1) }
      if digits.allSatisfy({ (0x30...0x39).contains($0) }) {
        #expect(read?.value == Int64(String(decoding: digits, as: UTF8.self)))
        #expect(read?.leadingZeros == digits.prefix { $0 == 0x30 }.count)
      } else {
        #expect(read == nil)
      }
      #expect(text.withUnsafeBufferPointer { EightDigits($0, at: 5) } == nil)
    }
  }

  /// Significands on both sides of 64 bits, points before, among and behind their digits.
  @Test func textIsDigitsWithAPointAmongThem() {
    var source = RepeatableGenerator(seed: 64)
    for round in 0..<4_000 {
      var significand = Int128(source.next() >> UInt64.random(in: 0..<64, using: &source))
      if round % 4 == 0 { significand *= 1_000_003 }
      if round % 3 == 0 { significand *= 1_000 }
      let places = Int.random(in: 0...45, using: &source)
      let digits = String(significand)
      let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
      let whole = String(padded.dropLast(places))
      var fraction = String(padded.suffix(places))
      while fraction.hasSuffix("0") { fraction.removeLast() }
      let value = ExactDecimal(significand: significand, exponent: -places)
      #expect(value.description == (fraction.isEmpty ? whole : "\(whole).\(fraction)"))
      #expect(value.focusText == "\(whole).\(fraction.isEmpty ? "0" : fraction)")
      #expect((-value).description == (significand == 0 ? "" : "-") + value.description)
    }
  }

  @Test(arguments: [
    ("12.50", "12.5"), ("0E-6176", "0"), ("-0", "0"), ("-0.00", "0"), ("1e3", "1000"), ("1E+3", "1000"),
    ("0.003627500000000000000000000000000000", "0.0036275"),
    ("0.1739150000000000000000000000", "0.173915"), ("-3", "-3"), ("100", "100"), ("1.5e-0003", "0.0015"),
    ("1234567890123456789012345678901234567890.5", "1234567890123456789012345678901234567890.5"),
  ])
  func readsExactly(text: String, plain: String) throws {
    let value = try ExactDecimal(text)
    #expect(value.description == plain)
    #expect(try ExactDecimal(value.description) == value)
    #expect(try ExactDecimal(value.focusText) == value)
  }

  @Test(arguments: [
    "", " ", " 1", "1 ", "+1", ".5", "1.", "1.e3", "1e", "1e+", "-", "--1", "12abc", "1,5", "1_000", "0x10",
    "00.5", "00", "-01", "NaN", "nan", "Infinity", "-inf", "1.2.3", "1e2.5", "1e5e5", "\u{660}", "１", "1\n",
    "\"1\"",
    "1\0",
  ])
  func refusesWhatIsNoJSONNumber(text: String) {
    let error = #expect(throws: DecimalSyntaxError.self) { try ExactDecimal(text) }
    #expect(error?.fault == .syntax)
    #expect(error?.value == text)
    #expect(error?.recovery == .refuseData)
  }

  @Test(arguments: [
    "1e999999999", "1e-999999999", "0e999999999", "1e99999999999999999999999999", "1e6211", "1e-6211",
    String(repeating: "7", count: 201), "0." + String(repeating: "7", count: 201),
  ])
  func refusesWhatIsOutOfRange(text: String) {
    let error = #expect(throws: DecimalSyntaxError.self) { try ExactDecimal(text) }
    #expect(error?.fault == .range)
  }

  @Test func zerosDoNotCountAsSignificant() throws {
    let zeros = String(repeating: "0", count: 5_000)
    #expect(try ExactDecimal("1" + zeros) == ExactDecimal("1e5000"))
    #expect(try ExactDecimal("0." + zeros + "1") == ExactDecimal("1e-5001"))
    #expect(try ExactDecimal("1" + zeros + "e-5000") == 1)
    let digits = String(repeating: "7", count: 200)
    #expect(try ExactDecimal(digits + zeros).description == digits + zeros)
  }

  @Test func anErrorShowsEightyCharactersAtMost() {
    let error = #expect(throws: DecimalSyntaxError.self) {
      try ExactDecimal(String(repeating: "é", count: 10_000))
    }
    #expect(error?.value.count == 80)
    #expect(error?.description.contains("expected a JSON number") == true)
  }

  @Test func writesAtLeastOneFractionDigitInFiles() throws {
    let texts = [
      "8400000", "0", "-3", "12.50", "1e3", "-0.0000001", "1e40", "123456789012345678901234567890",
    ]
    let expected = [
      "8400000.0", "0.0", "-3.0", "12.5", "1000.0", "-0.0000001",
      "1" + String(repeating: "0", count: 40) + ".0",
      "123456789012345678901234567890.0",
    ]
    #expect(try texts.map { try ExactDecimal($0).focusText } == expected)
    var bytes = Array("x=".utf8)
    try ExactDecimal("12.50").append(to: &bytes)
    try ExactDecimal("7").appendWithFraction(to: &bytes)
    #expect(bytes == Array("x=12.57.0".utf8))
  }

  @Test func equalityAndHashGoByValue() throws {
    let forms = try ["1000", "1e3", "1000.00", "0.1e4", "10e2"].map { try ExactDecimal($0) }
    let far = try ExactDecimal("1e6111")
    // The same value with a significand that was written out to 10^-6176 on the way.
    let roundabout = try forms[0] + far + ExactDecimal("1e-6176") - far - ExactDecimal("1e-6176")
    let wide = try far + ExactDecimal("1e-60") - ExactDecimal("1e-60")
    #expect(Set(forms + [roundabout]).count == 1)
    #expect(Set([far, wide]).count == 1)
    #expect(try forms[0] != ExactDecimal("1000.0000000000000000000000000000000000000000000000001"))
  }

  @Test func tellsSignAndFraction() throws {
    let values = try ["0", "-0.5", "-12.00", "7e3", "0.25e2"].map { try ExactDecimal($0) }
    #expect(values.map(\.isZero) == [true, false, false, false, false])
    #expect(values.map(\.isNegative) == [false, true, true, false, false])
    #expect(values.map(\.isInteger) == [true, false, true, true, true])
    #expect(values.map(\.magnitude.description) == ["0", "0.5", "12", "7000", "25"])
    #expect(try ExactDecimal("12.5").shifted(by: 1).isInteger)
  }

  @Test func takesIntegersOfAnyWidth() {
    #expect(ExactDecimal(UInt128.max).description == "340282366920938463463374607431768211455")
    #expect(ExactDecimal(Int128.min).magnitude.description == "170141183460469231731687303715884105728")
    #expect(-(-ExactDecimal(Int128.min)) == ExactDecimal(Int128.min))
    #expect(ExactDecimal(UInt64.max).description == "18446744073709551615")
    #expect((-5 as ExactDecimal).description == "-5")
  }

  @Test func shiftsExactly() throws {
    #expect(ExactDecimal(8_400_000).shifted(by: -6).description == "8.4")
    #expect(try ExactDecimal("0.000123").shifted(by: 9).description == "123000")
    #expect(ExactDecimal.zero.shifted(by: 500) == 0)
  }

  @Test func dividesHalfEvenToTheDigitsAsked() throws {
    #expect(ExactDecimal(1).divided(by: 8)?.description == "0.125")
    #expect(ExactDecimal(1).divided(by: 3, significantDigits: 5)?.description == "0.33333")
    #expect(ExactDecimal(2).divided(by: 3, significantDigits: 1)?.description == "0.7")
    #expect(ExactDecimal(25).divided(by: 10, significantDigits: 1)?.description == "2")
    #expect(ExactDecimal(35).divided(by: -10, significantDigits: 1)?.description == "-4")
    #expect(ExactDecimal(999).divided(by: 1, significantDigits: 2)?.description == "1000")
    #expect(ExactDecimal(1).divided(by: 7, significantDigits: 50)?.description.count == 52)
    #expect(ExactDecimal(0).divided(by: 7) == 0)
    #expect(ExactDecimal(1).divided(by: 0) == nil)
  }
}

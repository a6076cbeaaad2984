import Staging
import TestSupport
import Testing

@testable import Spend

@Suite struct PriceComparisonTests {
  private static func charge(
    _ lineItem: String?, _ amount: String, _ quantity: String?, unit: String? = "tokens",
    currency: Currency = .usd
  ) throws -> Charge {
    let quantity = try quantity.map { try ExactDecimal($0) }
    let amount = try ExactDecimal(amount)
    let isPriced = !amount.isNegative && quantity?.isZero == false
    return Charge(
      lineItem: lineItem, attribution: .none, currency: currency, amount: amount, quantity: quantity,
      quantityUnit: unit, unitPrice: isPriced ? 1 : nil)
  }

  private static func list() throws -> PriceList {
    func entry(_ kind: TokenKind, _ price: String, _ from: String?) throws -> ListPrice {
      ListPrice(
        item: .tokens(model: "gpt-5", modality: nil, kind: kind, tier: nil, qualifier: nil),
        validFrom: from.flatMap { Day($0) }, currency: .usd, price: try ExactDecimal(price),
        pricingUnit: "1000000 Tokens")
    }
    return PriceList([
      try entry(.input, "2", nil), try entry(.input, "1", "2026-11-04"),
      try entry(.output, "10", "2026-11-04"),
    ])
  }

  @Test func comparesByLineItemOverDays() throws {
    let days = [try #require(Day("2026-11-03")), try #require(Day("2026-11-04"))]
    var comparison = PriceComparison(try Self.list())
    for day in days {
      comparison.add(try Self.charge("gpt-5, input", "1.5", "1000000"), on: day)
      comparison.add(try Self.charge("gpt-5, output", "15", "1000000"), on: day)
      comparison.add(try Self.charge("gpt-5, input", "0.25", "1000", unit: "1000_tokens"), on: day)
    }
    comparison.add(try Self.charge("gpt-5, input", "-1", "5"), on: days[0])
    comparison.add(try Self.charge("vector store storage", "7", nil), on: days[0])
    comparison.add(try Self.charge(nil, "3", "1"), on: days[0])
    comparison.add(
      try Self.charge("gpt-5, input", "4", "1000000", currency: Currency(parsing: "EUR")), on: days[1])
    let rows = comparison.rows.map {
      [$0.lineItem, "\($0.quantity)", "\($0.billed)", "\($0.list)", "\($0.difference)"]
    }
    // Output has a price on the second day only: 15 − 10. Input: (1.5 + 0.25) × 2 − (2 + 2 + 1 + 1).
    #expect(rows == [["gpt-5, output", "1", "15", "10", "5"], ["gpt-5, input", "4", "3.5", "6", "-2.5"]])
    let rest = comparison.uncompared.map {
      ["\($0.currency)", $0.lineItem ?? "-", "\($0.billed)", $0.reason.rawValue]
    }
    #expect(
      rest == [
        ["EUR", "gpt-5, input", "4", "no list price"], ["USD", "gpt-5, output", "15", "no list price"],
        ["USD", "vector store storage", "7", "no quantity"], ["USD", "-", "3", "no line item"],
        ["USD", "gpt-5, input", "-1", "credit"],
      ])
  }

  /// Against Python's decimal, halves included.
  @Test(.enabled(if: Python.isAvailable)) func percentages() throws {
    var generator = RepeatableGenerator(seed: 7)
    var pairs = [
      ("1", "8"), ("-1", "8"), ("0.00125", "1"), ("0.00005", "1"), ("-0.00001", "1"), ("0.00015", "1"),
    ]
    for _ in 0..<300 {
      let places = Int.random(in: 0...9, using: &generator)
      let value = ExactDecimal(
        significand: Int128(Int.random(in: -999_999...999_999, using: &generator)), exponent: -places)
      let base = Int.random(in: 1...500, using: &generator)
      pairs.append((value.description, String(base)))
    }
    let lines = try Python.lines(
      """
      from decimal import Decimal as D, getcontext, ROUND_HALF_EVEN
      import sys
      getcontext().prec = 80
      for line in sys.stdin:
          value, base = map(D, line.split())
          text = str((value * 100 / base).quantize(D("0.01"), ROUND_HALF_EVEN))
          print("0.00" if text == "-0.00" else text)
      """, input: Array(pairs.map { "\($0) \($1)\n" }.joined().utf8))
    #expect(lines.count == pairs.count)
    for (pair, expected) in zip(pairs, lines) {
      #expect(try ExactDecimal(pair.0).percentText(of: ExactDecimal(pair.1)) == String(expected), "\(pair)")
    }
    #expect(ExactDecimal(1).percentText(of: 0) == nil)
  }
}

import Spend
import Testing

@Suite struct ControlTotalsTests {
  @Test func sumsEachCurrencyOnItsOwn() throws {
    let euro = try Currency(parsing: "eur")
    var totals = ControlTotals()
    totals.add(try ExactDecimal("0.10"), .usd)
    totals.add(try ExactDecimal("123.35"), .usd)
    totals.add(2, euro)
    #expect(totals.texts == ["USD": "123.45", "EUR": "2"])
    #expect(totals.map(\.currency.code) == ["EUR", "USD"])
    #expect(totals[.usd] == (try ExactDecimal("123.45")))
    #expect(totals.description == "EUR 2, USD 123.45")

    var twice = totals
    twice += totals
    #expect(twice.texts == ["USD": "246.9", "EUR": "4"])
    #expect(twice != totals)
  }

  @Test func equalityGoesByValueWhateverTheOrder() throws {
    let currencies = try ["usd", "eur", "jpy", "gbp"].map { try Currency(parsing: $0) }
    var one = ControlTotals()
    var other = ControlTotals()
    for (index, currency) in currencies.enumerated() {
      one.add(ExactDecimal(index), currency)
      other.add(ExactDecimal(3 - index).shifted(by: -1), currencies[3 - index])
      other.add(ExactDecimal(9 * (3 - index)).shifted(by: -1), currencies[3 - index])
    }
    #expect(one == other && one.hashValue == other.hashValue)
    other.add(try ExactDecimal("1e-30"), .usd)
    #expect(one != other)
  }

  @Test func anUnseenCurrencyCountsAsZero() {
    var seen = ControlTotals()
    seen.add(0, .usd)
    #expect(seen == ControlTotals())
    #expect(seen.texts == ["USD": "0"])
    #expect(ControlTotals()[.usd] == 0)
    seen.add(1, .usd)
    #expect(seen != ControlTotals())
  }
}

import Diagnostics
import Spend
import Testing

@Suite struct CurrencyTests {
  @Test(arguments: ["usd", "USD", "Usd", "uSd"])
  func readsAnyCase(text: String) throws {
    #expect(try Currency(parsing: text) == .usd)
    #expect(try Currency(parsing: text).code == "USD")
  }

  @Test func everyCodeReadsAsItself() throws {
    #expect(Currency.all.count == 168)
    #expect(Currency.all == Currency.all.sorted() && Set(Currency.all).count == Currency.all.count)
    for currency in Currency.all {
      #expect(try Currency(parsing: currency.code.lowercased()).code == currency.code)
    }
    let codes = Set(Currency.all.map(\.code))
    #expect(codes.isSuperset(of: ["EUR", "GBP", "JPY", "CHF", "XCG", "ZWG", "VED", "SLE", "XAF"]))
    // Withdrawn: Croatia and Bulgaria joined the euro, the others were replaced.
    #expect(codes.isDisjoint(with: ["HRK", "BGN", "ANG", "CUC", "SLL", "ZWL", "DEM"]))
  }

  @Test(arguments: [
    "usdx", "us", "XXX", "XTS", "XAU", "ZZZ", "U5D", "us$", " usd", "usd ", "\u{FF35}SD", "ü", "5#$",
  ])
  func refusesWhatIsNoCurrency(text: String) {
    let error = #expect(throws: CurrencyError.self) { try Currency(parsing: text) }
    #expect(error == .unknown(text))
    #expect(error?.recovery == .refuseData)
    #expect(error?.description.contains(text) == true)
  }

  @Test(arguments: [nil, ""] as [String?])
  func refusesAMissingOne(text: String?) {
    #expect(throws: CurrencyError.missing) { try Currency(parsing: text) }
  }
}

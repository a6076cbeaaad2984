import FOCUS
import Spend
import Staging
import TestSupport
import Testing

/// Rows with a price list (DESIGN C1).
@Suite struct ListPriceTests {
  private static func entry(
    _ model: String, _ kind: TokenKind, _ price: String, modality: Modality? = nil, tier: ServiceTier? = nil
  ) throws -> ListPrice {
    ListPrice(
      item: .tokens(model: model, modality: modality, kind: kind, tier: tier, qualifier: nil), validFrom: nil,
      currency: .usd, price: try ExactDecimal(price), pricingUnit: "1000000 Tokens")
  }

  static func prices() throws -> PriceList {
    PriceList([
      try entry("gpt-5", .input, "1.25"), try entry("gpt-5", .cachedInput, "0.125"),
      try entry("gpt-5.6-sol", .cacheWrite, "5.000000000000000000000000000000000001"),
      try entry("gpt-5.6-sol", .output, "20"), try entry("gpt-5.4", .cachedInput, "0.25"),
      try entry("gpt-image-1", .cachedInput, "2.5", modality: .image),
      ListPrice(
        item: .label("whisper"), validFrom: nil, currency: .usd, price: try ExactDecimal("0.0001"),
        pricingUnit: "Seconds"),
    ])
  }

  @Test(arguments: FOCUSVersion.allCases)
  func onlyListColumnsChangeAndOnlyWhereThereIsAPrice(version: FOCUSVersion) throws {
    let columns: Set = ["ListCost", "ListUnitPrice", "PricingCurrencyListUnitPrice"]
    let pairs = Array(
      zip(try SampleCharges.rows(version), try SampleCharges.rows(version, prices: Self.prices())))
    #expect(try pairs.count == SampleCharges.all().count)
    var found: [String: Set<String>] = [:]
    for (before, after) in pairs {
      #expect(before.filter { !columns.contains($0.key) } == after.filter { !columns.contains($0.key) })
      #expect(after["ListUnitPrice"] == after["PricingCurrencyListUnitPrice"])
      if before != after {
        found[after["x_LineItem"] ?? "-", default: []].insert(after["ListUnitPrice"] ?? "-")
      }
    }
    #expect(
      found == [
        "gpt-5, cached input": ["0.125"], "gpt-image-1 image, cached input": ["2.5"],
        "gpt-5.6-sol, cache writes": ["5.000000000000000000000000000000000001"],
        // Free of charge, not of a list price.
        "gpt-5.4-2026-03-05, cached input": ["0.25"],
        // The same cost as billed: nothing but the unit price could differ, and it does not.
      ])
    // A credit for tokens that have a list price is a credit all the same.
    let credit = try #require(pairs.map(\.1).first { $0["x_LineItem"] == "gpt-5, input" })
    #expect(credit["ListCost"] == "-4.2" && credit["ListUnitPrice"] == nil)
  }

  /// By Python's decimal, and over the parts of the cost line that was split.
  @Test(.enabled(if: Python.isAvailable), arguments: FOCUSVersion.allCases)
  func listCostsAreExactProducts(version: FOCUSVersion) throws {
    let rows = try SampleCharges.rows(version, prices: Self.prices()).filter {
      ["cached input", "cache writes"].contains(where: ($0["x_LineItem"] ?? "").hasSuffix)
        && $0["ListUnitPrice"] != nil
    }
    let text = rows.map { row in
      ["ListUnitPrice", "PricingQuantity", "ListCost"].map { row[$0] ?? "missing" }.joined(separator: " ")
    }.joined(separator: "\n")
    let lines = try Python.lines(
      """
      from decimal import Decimal as D, getcontext
      import sys
      getcontext().prec = 200
      for line in sys.stdin:
          price, quantity, cost = map(D, line.split())
          assert price * quantity == cost, line
      print("all")
      """, input: Array(text.utf8))
    #expect(lines == ["all"])
    let parts = rows.filter { $0["x_LineItem"] == "gpt-5.6-sol, cache writes" }
    #expect(parts.count == 3)
    let sum = try parts.reduce(ExactDecimal.zero) { try $0 + ExactDecimal($1["ListCost"] ?? "") }
    // 400000 tokens.
    #expect(sum == (try ExactDecimal("2.0000000000000000000000000000000000004")))
  }
}

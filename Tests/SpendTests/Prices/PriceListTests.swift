import Spend
import Staging
import Testing

@Suite struct PriceListTests {
  private static let tokens = "1000000 Tokens"

  private static func entry(
    _ model: String, _ price: String, kind: TokenKind = .input, from: String? = nil,
    tier: ServiceTier? = nil,
    modality: Modality? = nil, qualifier: String? = nil, currency: Currency = .usd, unit: String = tokens
  ) throws -> ListPrice {
    ListPrice(
      item: .tokens(model: model, modality: modality, kind: kind, tier: tier, qualifier: qualifier),
      validFrom: from.flatMap { Day($0) }, currency: currency, price: try ExactDecimal(price),
      pricingUnit: unit)
  }

  private static func look(
    _ list: PriceList, _ lineItem: String, _ day: String = "2026-11-03", currency: Currency = .usd,
    unit: String = tokens
  ) throws -> String? {
    list.price(
      for: LineItem(lineItem), on: try #require(Day(day)), currency: currency, pricingUnit: unit)?.description
  }

  /// The latest entry that holds on the day, in whatever order they were read.
  @Test func theDayDecides() throws {
    let entries = [
      try Self.entry("gpt-5", "3", from: "2026-08-21"), try Self.entry("gpt-5", "5"),
      try Self.entry("gpt-5", "4", from: "2026-01-01"),
    ]
    for list in [PriceList(entries), PriceList(entries.reversed())] {
      for (day, price) in [
        ("2025-12-31", "5"), ("2026-01-01", "4"), ("2026-08-20", "4"), ("2026-08-21", "3"),
        ("2030-01-01", "3"),
      ] { #expect(try Self.look(list, "gpt-5, input", day) == price, "\(day)") }
    }
    let dated = PriceList([try Self.entry("gpt-5", "4", from: "2026-01-01")])
    #expect(try Self.look(dated, "gpt-5, input", "2025-12-31") == nil)
  }

  /// Everything that makes it another price makes it no price.
  @Test func nothingStandsInForAnother() throws {
    let list = PriceList([
      try Self.entry("gpt-5", "1"), try Self.entry("gpt-5", "8", kind: .output),
      try Self.entry("gpt-5", "0.5", tier: .flex), try Self.entry("gpt-5", "2", qualifier: "long context"),
      try Self.entry("gpt-image-1", "10", modality: .image),
    ])
    #expect(try Self.look(list, "gpt-5, input") == "1")
    #expect(try Self.look(list, "gpt-5, input_tokens") == "1")
    #expect(try Self.look(list, "standard | gpt-5, input") == "1")
    #expect(try Self.look(list, "gpt-5, output") == "8")
    #expect(try Self.look(list, "flex | gpt-5, input") == "0.5")
    #expect(try Self.look(list, "gpt-5, input, long context") == "2")
    #expect(try Self.look(list, "gpt-image-1 image, input") == "10")
    for other in [
      "priority | gpt-5, input", "flex | gpt-5, output", "gpt-5, cached input", "evals | gpt-5, input",
      "gpt-5 text, input", "gpt-image-1, input", "gpt-5, input, short context",
      "flex | gpt-5, input, long context",
      "gpt-5-mini, input", "gpt-5", "something else",
    ] { #expect(try Self.look(list, other) == nil, "\(other)") }
    #expect(try Self.look(list, "gpt-5, input", currency: Currency(parsing: "EUR")) == nil)
    #expect(try Self.look(list, "gpt-5, input", unit: "Tokens") == nil)
  }

  /// Exact first; without an entry of its own the one model of the same name but for the date; of two, neither.
  @Test func datesOfModels() throws {
    let one = PriceList([try Self.entry("gpt-5", "1"), try Self.entry("gpt-4o-2024-08-06", "2")])
    #expect(try Self.look(one, "gpt-5-2026-03-05, input") == "1")
    #expect(try Self.look(one, "gpt-4o, input") == "2")
    #expect(try Self.look(one, "gpt-4o-2024-11-20, input") == "2")
    #expect(try Self.look(one, "ft-gpt-4o-2024-08-06, input") == nil)
    let two = PriceList([
      try Self.entry("gpt-4o", "3"), try Self.entry("gpt-4o-2024-05-13", "5"),
      try Self.entry("gpt-4o-2024-08-06", "9", kind: .output),
    ])
    #expect(try Self.look(two, "gpt-4o, input") == "3")
    #expect(try Self.look(two, "gpt-4o-2024-05-13, input") == "5")
    #expect(try Self.look(two, "gpt-4o-2024-11-20, input") == nil)
    // A model that the list knows keeps to its own entries.
    #expect(try Self.look(two, "gpt-4o-2024-08-06, input") == nil)
  }

  @Test func labelsAreWholeLineItems() throws {
    let calls = ListPrice(
      item: .label("Web search tool calls"), validFrom: nil, currency: .usd, price: try ExactDecimal("0.01"),
      pricingUnit: "Calls")
    let list = PriceList([calls])
    #expect(try Self.look(list, "web search tool calls", unit: "Calls") == "0.01")
    #expect(try Self.look(list, "web search tool calls", unit: "Requests") == nil)
    #expect(try Self.look(list, "web search tool calls, more", unit: "Calls") == nil)
  }

  /// Two entries are of the same identity exactly where one would hide the other.
  @Test func identities() throws {
    let base = try Self.entry("gpt-5", "1")
    #expect(try Self.entry("GPT-5", "2", tier: .default).identity == base.identity)
    for other in [
      try Self.entry("gpt-5", "1", from: "2026-01-01"), try Self.entry("gpt-5", "1", tier: .batch),
      try Self.entry("gpt-5", "1", kind: .output), try Self.entry("gpt-5", "1", unit: "Tokens"),
    ] { #expect(other.identity != base.identity) }
  }
}

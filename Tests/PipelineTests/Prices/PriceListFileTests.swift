import Diagnostics
import Spend
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// Price lists as they are read from files.
@Suite struct PriceListFileTests {
  private static let header = "model,modality,kind,tier,qualifier,valid_from,currency,price,unit\n"

  private static func price(
    _ file: PriceListFile, _ lineItem: String, unit: String = "1000000 Tokens", day: String = "2026-11-03"
  ) throws -> String? {
    file.prices.price(
      for: LineItem(lineItem), on: try #require(Day(day)), currency: .usd, pricingUnit: unit)?.description
  }

  /// The same list in both forms, down to more digits than a binary float has.
  @Test func bothFormsSayTheSame() throws {
    let csv = """
      gpt-5,,input,,,,USD,1.2500000000000000000000000000000001,1000000 Tokens
      gpt-5,,input,,,2026-11-04,usd,1,1000000 Tokens
      gpt-5,,output,priority,"long context",,USD,20,1000000 Tokens
      gpt-image-1,image,output,,,,USD,40,1000000 Tokens
      ,,web search tool calls,,,,USD,0.01,Calls

      """
    let yaml = """
      prices:
        - { model: gpt-5, kind: input, currency: USD, price: 1.2500000000000000000000000000000001, unit: 1000000 Tokens }
        - { model: gpt-5, kind: input, valid_from: 2026-11-04, currency: USD, price: 1, unit: 1000000 Tokens }
        - model: gpt-5
          kind: output
          tier: priority
          qualifier: long context
          currency: USD
          price: "20"
          unit: 1000000 Tokens
        - { model: gpt-image-1, modality: image, kind: output, currency: USD, price: 40, unit: 1000000 Tokens }
        - { kind: web search tool calls, currency: USD, price: 0.01, unit: Calls }
      """
    let files = [
      try PriceListFile(Self.header + csv, path: "prices.csv"), try PriceListFile(yaml, path: "prices.yaml"),
      try PriceListFile("\u{FEFF}" + (Self.header + csv).replacing("\n", with: "\r\n"), path: "prices.csv"),
    ]
    for file in files {
      #expect(try Self.price(file, "gpt-5, input") == "1.2500000000000000000000000000000001")
      #expect(try Self.price(file, "gpt-5, input", day: "2026-11-04") == "1")
      #expect(try Self.price(file, "priority | gpt-5, output, long context") == "20")
      #expect(try Self.price(file, "gpt-image-1 image, output") == "40")
      #expect(try Self.price(file, "web search tool calls", unit: "Calls") == "0.01")
    }
    #expect(Set(files.map(\.sha256)).count == 3)
    #expect(files[0].sha256 == Digest(of: Self.header + csv).hex)
  }

  private static let rows: [(row: String, problem: String)] = [
    ("gpt-5,,input,,,,USD,1.25", "record 2 has 8 fields, expected 9"),
    (
      "gpt-5,,inputs,,,,USD,1,U",
      "kind must be one of input, cached input, cache writes, output where there is a model"
    ),
    ("gpt-5,,,,,,USD,1,U", "kind is missing: it must be a token kind or a whole line item"),
    (",,input,,,,USD,1,U", "model is missing: input is a kind of tokens of some model"),
    (",,whisper,flex,,,USD,1,U", "tier must be empty without a model: the kind is a whole line item"),
    ("gpt-5,video,input,,,,USD,1,U", "modality \"video\" must be one of text, image, audio"),
    (
      "gpt-5,,input,cheap,,,USD,1,U",
      "tier \"cheap\" must be one of priority, flex, batch, scale, fast, ultrafast, standard, default"
    ),
    ("gpt-5,,input,,,2026-02-30,USD,1,U", "valid_from \"2026-02-30\" must be a day, YYYY-MM-DD"),
    ("gpt-5,,input,,,,USX,1,U", "currency \"USX\" must be an ISO 4217 code, e.g. USD"),
    ("gpt-5,,input,,,,,1,U", "currency is missing: it must be an ISO 4217 code, e.g. USD"),
    ("gpt-5,,input,,,,USD,\"1,5\",U", "price \"1,5\" must be a plain decimal number that is not negative"),
    ("gpt-5,,input,,,,USD,-1,U", "price \"-1\" must be a plain decimal number that is not negative"),
    ("gpt-5,,input,,,,USD,,U", "price is missing: it must be a plain decimal number that is not negative"),
    ("gpt-5,,input,,,,USD,1,", "unit is missing: it must be a pricing unit, e.g. 1000000 Tokens"),
    ("Gpt-4,,input,standard,,,USD,2,U", "price is given twice for the same item and day; first on line 2"),
  ]

  @Test(arguments: rows)
  func badRowsAreToldWithTheirLine(row: String, problem: String) throws {
    // A field over two lines pushes the bad row to line 4.
    let text = Self.header + "gpt-4,,input,,,,USD,1,U\n" + row + "\n"
    let error = try #require(throws: ConfigurationError.self) {
      try PriceListFile(text, path: "p/prices.csv")
    }
    #expect(error.description == "p/prices.csv:3: \(problem)")
    #expect(error.recovery.exitCode == 78)
  }

  @Test func linesAreCountedThroughLineBreaksAndAllProblemsAreTold() throws {
    let text =
      Self.header + "gpt-4,,input,,\"two\nlines\",,USD,1,U\n,,input,,,,USD,1,U\n,,output,,,,USD,1,U\n"
    let error = try #require(throws: ConfigurationError.self) { try PriceListFile(text, path: "prices.csv") }
    #expect(error.problems.map(\.line) == [4, 5])
  }

  @Test func anotherHeaderIsRefused() throws {
    for text in ["", "model,price\n", Self.header.dropFirst() + ""] {
      let error = try #require(throws: ConfigurationError.self) {
        try PriceListFile(text, path: "prices.csv")
      }
      #expect(error.description.hasPrefix("prices.csv:1: "), "\(error)")
    }
  }

  @Test(arguments: [
    ("", "prices.yaml: the file is empty"),
    ("- 1\n", "prices.yaml:1: the file must be a mapping of keys to values"),
    ("list: []\n", "prices.yaml:1: prices must be a list of prices"),
    ("prices: 7\n", "prices.yaml:1: prices must be a list of prices"),
    ("prices:\n  - 7\n", "prices.yaml:2: prices[0] must be a mapping of keys to values"),
    (
      "prices:\n  - { modle: gpt-5, kind: whisper, currency: USD, price: 1, unit: U }\n",
      "prices.yaml:2: unknown key \"modle\" in prices[0]; expected one of model, modality, kind, tier, qualifier, "
        + "valid_from, currency, price, unit"
    ),
    (
      "prices:\n  - kind: whisper\n    currency: USD\n    price: 0x10\n    unit: U\n",
      "prices.yaml:4: prices[0].price \"0x10\" must be a plain decimal number that is not negative"
    ),
    (
      "prices:\n  - { kind: a, currency: USD, price: 1, unit: U }\n  - { kind: A, currency: USD, price: 2, unit: U }\n",
      "prices.yaml:3: prices[1].price is given twice for the same item and day; first on line 2"
    ),
    ("prices: [\n", "not readable as YAML"),
  ])
  func badYAMLIsToldWithItsLine(text: String, problem: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try PriceListFile(text, path: "prices.yaml") }
    #expect(error.description.contains(problem), "\(error)")
  }

  @Test func filesThatAreNoPriceLists() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: ConfigurationError.self) {
      try PriceListFile.read("/nowhere/prices.csv")
    }
    #expect(missing.description.contains("/nowhere/prices.csv: there is no such file"))
    let text = try folder.write("prices.txt", Self.header)
    #expect(throws: ConfigurationError.self) { try PriceListFile.read(text) }
    let list = try folder.write("prices.CSV", Self.header + "gpt-5,,input,,,,USD,1,1000000 Tokens\n")
    #expect(try Self.price(try PriceListFile.read(list), "gpt-5, input") == "1")
  }

  /// Relative to the configuration file, like everything in it.
  @Test func theConfigurationNamesIt() throws {
    func configured(_ load: String) throws -> String? {
      let text = "output: o\norganizations: [{ name: a, id: org-a, admin_key: { env: K } }]\nload: \(load)\n"
      return try ConfigurationReader(environment: [:]).read(text, path: "/etc/unblended/pipeline.yaml").load
        .priceList
    }
    #expect(try configured("{ price_list: prices.yaml }") == "/etc/unblended/prices.yaml")
    #expect(try configured("{ price_list: /srv/prices.csv }") == "/srv/prices.csv")
    #expect(try configured("{ formats: [csv] }") == nil)
    #expect(throws: ConfigurationError.self) { try configured("{ price_list: [] }") }
  }
}

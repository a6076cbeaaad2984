import JSONReader
import Testing

@testable import Spend

/// Builds a day's usage and cost lines, and asks who spent what.
@Suite struct AttributorTests {
  private func usage(_ rows: [(service: String, json: String)]) throws -> UsageTable {
    var table = UsageTable()
    for (service, json) in rows {
      try JSONParser().parse(Array(json.utf8)) { root in
        func member(_ name: String) -> JSONValue? { root.member(name).flatMap { $0.isNull ? nil : $0 } }
        let dimensions = UsageDimension.allCases.map { member($0.rawValue) }
        let measures = UsageMeasure.allCases.map { member($0.rawValue) }
        dimensions.withUnsafeBufferPointer { dimensions in
          measures.withUnsafeBufferPointer { measures in
            table.append(service: service, dimensions: dimensions, measures: measures)
          }
        }
      }
    }
    return table
  }

  private func row(
    _ user: String?, _ key: String?, _ model: String, input: Int = 0, cached: Int = 0, output: Int = 0,
    tier: String = "default", batch: Bool = false, project: String = "p"
  ) -> (service: String, json: String) {
    func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
    return (
      "completions",
      """
      {"project_id":"\(project)","user_id":\(text(user)),"api_key_id":\(text(key)),"model":"\(model)",
       "batch":\(batch),"service_tier":"\(tier)","input_uncached_tokens":\(input),"input_cached_tokens":\(cached),
       "input_tokens":\(input + cached),"output_tokens":\(output)}
      """
    )
  }

  private func line(
    _ lineItem: String?, _ amount: ExactDecimal, quantity: ExactDecimal? = nil, unit: String? = "tokens",
    project: String? = "p", key: String? = nil, user: String? = nil
  ) -> CostLine {
    CostLine(
      amount: amount, currency: .usd, lineItem: lineItem, projectID: project, apiKeyID: key, userID: user,
      quantity: quantity, quantityUnit: unit)
  }

  /// A part with the ids of who is behind it.
  private struct Found {
    var apiKeyID: String?
    var userID: String?
    var method: AttributionMethod
    var amount: ExactDecimal
    var quantity: ExactDecimal?
    var allocation: Allocation?
  }

  private func parts(
    _ line: CostLine, usage rows: [(service: String, json: String)], others: [CostLine] = [],
    dimensions: [String] = ["project_id", "line_item"], names: NameBook = NameBook()
  ) throws -> [Found] {
    let lines = ([line] + others).compactMap { line in line.lineItem.map { (line.projectID, LineItem($0)) } }
    var attributor = Attributor(usage: try usage(rows), names: names, lines: lines, dimensions: dimensions)
    let parts = attributor.parts(of: line, line.lineItem.map { LineItem($0) })
    return parts.map { part in
      let ids = attributor.ids(of: part.person)
      return Found(
        apiKeyID: ids.apiKeyID, userID: ids.userID, method: part.method, amount: part.amount,
        quantity: part.quantity, allocation: part.allocation)
    }
  }

  @Test func splitsByShareOfTheSameMeasure() throws {
    let found = try parts(
      line("gpt-5, output", 10, quantity: 1000),
      usage: [
        row("ann", "k1", "gpt-5", input: 999, output: 600), row("bob", "k2", "gpt-5", input: 1, output: 300),
        row("ann", "k1", "gpt-5", output: 100), row("eve", "k3", "gpt-6", output: 5000),
      ])
    #expect(found.map(\.userID) == ["ann", "bob"])
    #expect(found.map(\.apiKeyID) == ["k1", "k2"])
    #expect(found.map(\.amount) == [7, 3])
    #expect(found.map(\.quantity) == [700, 300])
    #expect(found.allSatisfy { $0.method == .usageShare })
    #expect(found.compactMap(\.allocation?.usage) == [700, 300])
    #expect(found.compactMap(\.allocation?.target) == [.credential, .credential])
  }

  @Test func theRestIsAPartOfItsOwn() throws {
    let found = try parts(
      line("gpt-5, input", 8, quantity: 800),
      usage: [row("ann", "k1", "gpt-5", input: 500), row("bob", nil, "gpt-5", input: 200)])
    #expect(found.map(\.userID) == ["bob", "ann", nil])
    #expect(found.map(\.amount) == [2, 5, 1])
    #expect(found.map(\.method) == [.usageShare, .usageShare, .unattributed])
    #expect(found.map { $0.allocation?.target } == [.principal, .credential, .nobody])
    #expect(found.compactMap(\.allocation?.ratio).reduce(0, +) == 1)
  }

  @Test func oneUserNeedsNoSplit() throws {
    let found = try parts(
      line("gpt-5, input", 8, quantity: 800), usage: [row("ann", "k1", "gpt-5", input: 900)])
    #expect(found.count == 1)
    #expect(found[0].method == .soleUser && found[0].userID == "ann" && found[0].apiKeyID == "k1")
    #expect(found[0].allocation == nil)
  }

  @Test func tiersDoNotMix() throws {
    let rows = [
      row("ann", "k1", "gpt-5", output: 100, tier: "priority"), row("bob", "k2", "gpt-5", output: 100),
      row("eve", "k3", "gpt-5", output: 100, tier: "flex"),
    ]
    #expect(
      try parts(line("priority | gpt-5, output", 1, quantity: 100), usage: rows).map(\.userID) == ["ann"])
    #expect(try parts(line("gpt-5, output", 1, quantity: 100), usage: rows).map(\.userID) == ["bob"])
    #expect(try parts(line("flex | gpt-5, output", 1, quantity: 100), usage: rows).map(\.userID) == ["eve"])
  }

  @Test func batchTokensCostHalfWhereALineMixesThem() throws {
    let rows = [row("ann", "k1", "gpt-5", output: 200, batch: true), row("bob", "k2", "gpt-5", output: 100)]
    let mixed = try parts(line("gpt-5, output", 10, quantity: 300), usage: rows)
    #expect(mixed.map(\.amount) == [5, 5])
    #expect(mixed.map(\.quantity) == [150, 150], "price × quantity = cost for every part")
    let batch = line("batch | gpt-5, output", 1, quantity: 200)
    let apart = try parts(line("gpt-5, output", 10, quantity: 100), usage: rows, others: [batch])
    #expect(apart.map(\.userID) == ["bob"])
  }

  @Test func aKeySaysWhoWhereOnePrincipalUsedIt() throws {
    let keyed = ["project_id", "line_item", "api_key_id"]
    let rows = [row("ann", "k1", "gpt-5", input: 1), row("ann", "k1", "gpt-6", input: 1)]
    let sole = try parts(line("gpt-9, input", 3, key: "k1"), usage: rows, dimensions: keyed)
    #expect(sole.count == 1 && sole[0].method == .keySoleUser && sole[0].userID == "ann")

    var names = NameBook()
    names.credentials["k2"] = NameBook.Credential(name: "two", projectID: "p", ownerID: "bob")
    let owned = try parts(line("gpt-9, input", 3, key: "k2"), usage: rows, dimensions: keyed, names: names)
    #expect(owned[0].method == .keyOwner && owned[0].userID == "bob")

    let unknown = try parts(line("gpt-9, input", 3, key: "k3"), usage: rows, dimensions: keyed)
    #expect(unknown[0].method == .unattributed && unknown[0].userID == nil && unknown[0].apiKeyID == "k3")
  }

  @Test func aSharedKeyIsSplitAmongItsUsers() throws {
    let rows = [
      row("ann", "k1", "gpt-5", input: 30), row("bob", "k1", "gpt-5", input: 10),
      row("eve", "k2", "gpt-5", input: 60),
    ]
    let found = try parts(
      line("gpt-5, input", 4, quantity: 40, key: "k1"), usage: rows,
      dimensions: ["project_id", "line_item", "api_key_id"])
    #expect(found.map(\.userID) == ["ann", "bob"] && found.map(\.amount) == [3, 1])
    #expect(found.allSatisfy { $0.apiKeyID == "k1" && $0.allocation?.target == .principal })
  }

  /// Where keys were asked for, a line without one is traffic without a key.
  @Test func aLineWithoutAKeyIsNotThatOfKeys() throws {
    let rows = [row("ann", "k1", "gpt-5", input: 90), row("bob", nil, "gpt-5", input: 10)]
    let found = try parts(
      line("gpt-5, input", 1, quantity: 10), usage: rows,
      dimensions: ["project_id", "line_item", "api_key_id"])
    #expect(found.map(\.userID) == ["bob"])
  }

  @Test func theBilledUserStands() throws {
    let found = try parts(
      line("gpt-5, input", 1, quantity: 10, key: "k1", user: "zoe"),
      usage: [row("ann", "k1", "gpt-5", input: 10)])
    #expect(found.map(\.userID) == ["zoe"] && found[0].method == .billedUser)
  }

  @Test(arguments: [
    "Scale Tier", "Vector store storage", "code interpreter sessions", "Credit", "gpt-5, training",
  ])
  func whatHasNoUsageStaysWhole(lineItem: String) throws {
    let found = try parts(line(lineItem, 5), usage: [row("ann", "k1", "gpt-5", input: 1, output: 1)])
    #expect(found.count == 1 && found[0].method == .unattributed && found[0].amount == 5)
  }

  @Test func organizationLevelCostHasNoUsers() throws {
    let found = try parts(
      line("gpt-5, input", 5, quantity: 10, project: nil), usage: [row("ann", "k1", "gpt-5", input: 10)])
    #expect(found.count == 1 && found[0].method == .unattributed)
  }

  @Test func toolCallsAreSharedOverAllModels() throws {
    func calls(_ user: String, _ model: String, _ count: Int) -> (service: String, json: String) {
      (
        "web_search_calls",
        "{\"project_id\":\"p\",\"user_id\":\"\(user)\",\"api_key_id\":null,\"model\":\"\(model)\",\"num_requests\":\(count)}"
      )
    }
    let found = try parts(
      line("web search tool calls", ExactDecimal(significand: 1, exponent: -1), quantity: 10, unit: nil),
      usage: [calls("ann", "gpt-5", 4), calls("bob", "gpt-6", 5), calls("ann", "gpt-6", 1)])
    #expect(found.map(\.amount.description) == ["0.05", "0.05"] && found.map(\.quantity) == [5, 5])
  }

  /// A count that cannot be is no count, and no reason to stop.
  @Test func impossibleCountsAreNone() throws {
    let found = try parts(
      line("gpt-5, input", 8, quantity: ExactDecimal(significand: 5, exponent: 18)),
      usage: [
        row("ann", "k1", "gpt-5", input: 5_000_000_000_000_000_000), row("bob", "k2", "gpt-5", input: -7),
      ])
    #expect(found.count == 1 && found[0].method == .unattributed && found[0].amount == 8)
  }

  /// Usage that names a key nobody owns, on a line that has the key: nobody is known for that share.
  @Test func aShareWithoutAPrincipalIsNotAttributed() throws {
    let rows = [
      row("ann", "k1", "gpt-5", input: 30), row("bob", "k1", "gpt-5", input: 10),
      row(nil, "k1", "gpt-5", input: 40),
    ]
    let found = try parts(
      line("gpt-5, input", 8, quantity: 80, key: "k1"), usage: rows,
      dimensions: ["project_id", "line_item", "api_key_id"])
    #expect(found.map(\.userID) == ["ann", "bob", nil] && found.map(\.amount) == [3, 1, 4])
    #expect(found.last?.method == .unattributed && found.last?.allocation?.target == .nobody)
  }

  @Test func aFractionalRestIsARest() throws {
    let seconds = (
      service: "audio_transcriptions",
      json:
        "{\"project_id\":\"p\",\"user_id\":\"ann\",\"api_key_id\":null,\"model\":\"whisper-1\",\"seconds\":60}"
    )
    let quantity = ExactDecimal(significand: 1005, exponent: -1)
    let found = try parts(
      line("whisper", quantity, quantity: quantity, unit: "duration_seconds"), usage: [seconds])
    #expect(found.map(\.userID) == ["ann", nil])
    #expect(found.map(\.amount.description) == ["60", "40.5"])
  }

  /// Promise 1 under random days: whatever the shares, parts sum to the line in amount, quantity and ratio.
  @Test(arguments: 0..<200)
  func partsSumToTheLine(seed: Int) throws {
    var random = SystemRandomNumberGenerator()
    let models = ["gpt-5", "gpt-5-2026-01-01", "gpt-image-1"]
    let rows = (0..<Int.random(in: 0...30, using: &random)).map { _ in
      row(
        ["ann", "bob", "eve", nil].randomElement(using: &random) ?? nil,
        ["k1", "k2", nil].randomElement(using: &random) ?? nil,
        models[Int.random(in: 0..<3, using: &random)], input: Int.random(in: 0...100_000, using: &random),
        output: Int.random(in: 0...3, using: &random), tier: ["default", "priority"][seed % 2],
        batch: Int.random(in: 0..<4, using: &random) == 0)
    }
    let quantities: [ExactDecimal?] = [
      nil, 0, 1, 7, 123_456_789, ExactDecimal(significand: 123, exponent: -6), -5,
    ]
    let amount = ExactDecimal(
      significand: Int128(Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)),
      exponent: -Int.random(in: 0...30, using: &random))
    for lineItem in ["gpt-5, input", "gpt-5, output", "priority | gpt-5, input", "gpt-image-1, input"] {
      for quantity in quantities {
        for key in [nil, "k1"] {
          let line = line(lineItem, amount, quantity: quantity, key: key)
          let found = try parts(line, usage: rows, dimensions: key == nil ? [] : ["api_key_id"])
          #expect(found.map(\.amount).reduce(0, +) == amount, "\(line)")
          #expect(found.compactMap(\.quantity).reduce(0, +) == quantity ?? 0, "\(line)")
          #expect(found.allSatisfy { ($0.quantity == nil) == (quantity == nil) })
          #expect(found.count == 1 || found.compactMap(\.allocation?.ratio).reduce(0, +) == 1)
          #expect(found.count > 1 || found.first?.allocation == nil)
        }
      }
    }
  }
}

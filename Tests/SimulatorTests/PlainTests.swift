import Simulator
import Testing

/// The world of `--plain`, which scripts/bench compares with SQL: a query without exceptions has to get it right.
@Suite struct PlainTests {
  private static let day = "2026-11-03"
  private static let measures = [
    "input": "input_uncached_tokens", "cached input": "input_cached_tokens", "output": "output_tokens",
  ]

  private struct Line: Hashable {
    var project: String?
    var tier: String
    var model: String
    var kind: String
  }

  private static func client() throws -> Client {
    try Client(oddities: "none") {
      $0.plain = true
      $0.rows = 200
    }
  }

  @Test func everyRowHasThreeKindsOfTokens() throws {
    let rows = try Self.client().rows("usage/completions", Self.day, by: endpoints[0].dimensions.dropLast())
    #expect(rows.count == 200)
    for row in rows {
      for measure in Self.measures.values { #expect(try #require(row[measure].integer) > 0) }
      let known = try Self.measures.values.reduce(0) { $0 + (try #require(row[$1].integer)) }
      #expect(row["input_tokens"].integer.map { $0 + (row["output_tokens"].integer ?? 0) } == known)
    }
  }

  @Test(arguments: endpoints.dropFirst().map(\.path))
  func nothingElseIsUsed(path: String) throws {
    #expect(try Self.client().rows(path, Self.day).isEmpty)
  }

  /// Line by line, what costs count is what usage counts: nothing is left to explain, and nothing explains too much.
  @Test func costsAreUsageLineByLine() throws {
    let client = try Self.client()
    var used: [Line: Int] = [:]
    for row in try client.rows(
      "usage/completions", Self.day, by: ["project_id", "model", "service_tier"])
    {
      for (kind, measure) in Self.measures {
        let line = Line(
          project: row["project_id"].text, tier: try #require(row["service_tier"].text),
          model: try #require(row["model"].text), kind: kind)
        used[line] = row[measure].integer
      }
    }
    var billed: [Line: Int] = [:]
    for row in try client.rows("costs", Self.day, by: ["project_id", "line_item"]) {
      var text = try #require(row["line_item"].text)[...]
      var tier = "default"
      for prefix in ["flex", "priority"] where text.hasPrefix("\(prefix) | ") {
        tier = prefix
        text = text.dropFirst(prefix.count + 3)
      }
      let comma = try #require(text.firstIndex(of: ","))
      let line = Line(
        project: row["project_id"].text, tier: tier, model: String(text[..<comma]),
        kind: String(text[comma...].dropFirst(2)))
      billed[line] = row["quantity"].integer
      #expect(try money(row["amount"]["value"]) > 0)
    }
    #expect(billed == used)
    #expect(used.count > 100)
  }

  /// Restated days grow, as they do in any other world.
  @Test func restatedDaysGrow() throws {
    let client = try Self.client()
    let before = try client.rows("usage/completions", Self.day)[0]["num_model_requests"].integer
    try client.control("set?organization=acme&restate=\(Self.day)")
    let after = try client.rows("usage/completions", Self.day)[0]["num_model_requests"].integer
    #expect(try #require(after) > #require(before))
  }
}

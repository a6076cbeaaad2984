import Simulator
import Testing

/// Each oddity shows on the wire where it is on, and not where it is off.
@Suite struct OddityTests {
  private static let dimensions = ["project_id", "line_item"]

  private func rows(_ oddities: String, by dimensions: [String] = dimensions) throws -> [JSON] {
    try Client(oddities: oddities).rows("costs", "2026-11-03", by: dimensions)
  }

  private func values(_ oddities: String) throws -> [JSON] {
    try rows(oddities).map { $0["amount"]["value"] }
  }

  @Test func stringAmounts() throws {
    let texts = try values("string-amounts").compactMap(\.text)
    #expect(try texts.count == values("none").count)
    #expect(texts.contains { $0.split(separator: ".").last?.count == 28 })
    #expect(try values("none").allSatisfy { $0.text == nil })
  }

  @Test func longAmounts() throws {
    let literals = try values("long-amounts").compactMap(\.literal)
    let fractions = literals.map { $0.split(separator: ".").last.map(String.init) ?? "" }
    #expect(fractions.contains { $0.count == 28 })
    func significant(_ literal: String) -> Int { literal.filter(\.isNumber).drop { $0 == "0" }.count }
    #expect(literals.contains { significant($0) == 34 })
    #expect(literals.contains { significant($0) < 20 })
    #expect(try values("none").compactMap(\.literal).allSatisfy { !$0.hasSuffix("0") || !$0.contains(".") })
  }

  @Test func decimalZero() throws {
    #expect(try values("decimal-zero").contains(.number("0E-6176")))
    let plain = try rows("none")
    let free = plain.filter { $0["amount"]["value"] == .number("0") }
    #expect(!free.isEmpty)
    #expect(free.allSatisfy { ($0["quantity"].integer ?? 0) > 0 })
  }

  @Test func undocumentedFields() throws {
    let client = try Client(oddities: "undocumented-fields")
    let bucket = try client.get("costs?\(Client.range("2026-11-03"))\(Client.groupBy(Self.dimensions))")[
      "data"
    ]
    .elements[0]
    #expect(bucket["start_time_iso"] == .string("2026-11-03T00:00:00+00:00"))
    let row = try #require(bucket["results"].elements.first { $0["project_id"] != .null })
    #expect(row["organization_id"] == .string(client.account.id))
    #expect(row["project_name"].text != nil)
    #expect(try rows("none").allSatisfy { $0["organization_id"] == .null && $0["project_name"] == .null })
  }

  @Test func credits() throws {
    for (oddities, expected) in [("credits", true), ("none", false)] {
      let client = try Client(oddities: oddities)
      let lines = try ["2026-11-03", "2026-11-04", "2026-11-05"].flatMap {
        try client.rows("costs", $0, by: Self.dimensions)
      }
      let negative = lines.filter { $0["amount"]["value"].literal?.hasPrefix("-") == true }
      #expect(negative.isEmpty != expected)
      #expect(negative.allSatisfy { $0["line_item"] == .string("Credit") })
    }
  }

  @Test func organizationLevelLines() throws {
    #expect(try rows("org-level").contains { $0["project_id"] == .null })
    #expect(try rows("none").allSatisfy { $0["project_id"] != .null })
  }

  @Test func missingCurrency() throws {
    #expect(try rows("missing-currency").contains { $0["amount"]["currency"] == .null })
    #expect(try rows("all").allSatisfy { $0["amount"]["currency"] == .string("usd") })
  }

  @Test func emptyStrings() throws {
    let dimensions = ["api_key_id", "line_item"]
    #expect(try rows("empty-strings", by: dimensions).contains { $0["api_key_id"] == .string("") })
    #expect(try rows("none", by: dimensions).contains { $0["api_key_id"] == .null })
  }

  @Test func rowOrder() throws {
    let path = "costs?\(Client.range("2026-11-03"))\(Client.groupBy(Self.dimensions))"
    let client = try Client(oddities: "row-order")
    let first = try client.rows("costs", "2026-11-03", by: Self.dimensions)
    let second = try client.rows("costs", "2026-11-03", by: Self.dimensions)
    #expect(first != second)
    #expect(Set(first) == Set(second))
    let steady = try Client(oddities: "none")
    #expect(steady.ask(path).body == steady.ask(path).body)
  }

  @Test func pretty() throws {
    let path = "costs?\(Client.range("2026-11-03"))\(Client.groupBy(Self.dimensions))"
    let pretty = try Client(oddities: "pretty").ask(path).body
    let compact = try Client(oddities: "none").ask(path).body
    #expect(pretty.contains(0x0a))
    #expect(!compact.contains(0x0a))
    #expect(try JSON(parsing: pretty) == JSON(parsing: compact))
  }

  @Test func extraBucket() throws {
    let path = "costs?\(Client.range("2026-11-03", days: 2))"
    #expect(try Client(oddities: "extra-bucket").get(path)["data"].elements.count == 3)
    #expect(try Client(oddities: "none").get(path)["data"].elements.count == 2)
  }

  @Test func emptyPage() throws {
    let client = try Client(oddities: "empty-page")
    let path = "costs?\(Client.range("2026-11-03", days: 4))&limit=2"
    var counts: [Int] = []
    var page = try client.get(path)
    while counts.count < 20 {
      counts.append(page["data"].elements.count)
      guard page["has_more"] == .bool(true), let cursor = page["next_page"].text else { break }
      page = try client.get(path + "&page=" + cursor.replacing("+", with: "%2B"))
    }
    #expect(counts == [2, 0, 2, 0])
  }

  @Test func endlessPage() throws {
    let client = try Client(oddities: "endless-page")
    let path = "costs?\(Client.range("2026-11-03"))"
    let cursor = try #require(try client.get(path)["next_page"].text)
    let next = try client.get(path + "&page=" + cursor.replacing("+", with: "%2B"))
    #expect(next["data"] == .array([]))
    #expect(next["next_page"] == .string(cursor))
    #expect(next["has_more"] == .bool(true))
  }

  @Test func lateUsage() throws {
    let client = try Client(oddities: "late-usage")
    let path = "usage/completions?\(Client.range("2026-11-20"))"
    var totals: [Int] = []
    for today in ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"] {
      try client.control("set?today=\(today)")
      let row = try #require(try client.get(path)["data"].elements[0]["results"].elements.first)
      totals.append(try #require(row["input_tokens"].integer))
    }
    #expect(totals[0] < totals[1])
    #expect(totals[1] < totals[2])
    #expect(totals[2] == totals[3])
    let whole = try Client(oddities: "none").rows("usage/completions", "2026-11-20")[0]["input_tokens"]
      .integer
    #expect(totals[3] == whole)
  }

  @Test func missingLastID() throws {
    #expect(try Client(oddities: "missing-last-id").get("users").names == ["object", "data", "has_more"])
    #expect(try Client(oddities: "none").get("users").names.contains("last_id"))
  }

  @Test func bareErrors() throws {
    let response = try Client(oddities: "bare-errors").ask("users?limit=0")
    #expect(response.status == 400)
    #expect(try JSON(parsing: response.body)["error"].text != nil)
  }

  @Test func keyFloor() throws {
    let client = try Client(oddities: "key-floor=2026-11-05")
    func status(_ day: String, _ dimension: String) -> Int {
      client.ask("costs?\(Client.range(day))&group_by=\(dimension)").status
    }
    #expect(status("2026-11-04", "api_key_id") == 400)
    #expect(status("2026-11-05", "api_key_id") == 200)
    #expect(status("2026-11-04", "line_item") == 200)
  }

  @Test func groupingsThatAnOrganizationHasNot() throws {
    let client = try Client(oddities: "no-key-grouping=acme,no-user-grouping=globex")
    func status(_ account: Int, _ dimensions: [String], _ more: String = "") -> Int {
      client.ask(
        "costs?\(Client.range("2026-11-04"))\(Client.groupBy(dimensions))\(more)",
        authorization: "Bearer \(client.simulation.accounts[account].key)"
      ).status
    }
    #expect(status(0, ["api_key_id"]) == 400)
    #expect(status(1, ["api_key_id"]) == 200)
    #expect(status(1, ["user_id", "project_id"]) == 400)
    #expect(status(1, ["user_id"], "&project_ids=proj_1") == 400)
    #expect(status(1, ["user_id"]) == 200)
    #expect(status(0, ["user_id", "project_id"]) == 200)
  }

  @Test func archivedProjectsRefuse() throws {
    for (oddities, status) in [("archived-refuse", 400), ("none", 200)] {
      let client = try Client(oddities: oddities)
      let projects = try client.get("projects?include_archived=true")["data"].elements
      let archived = try #require(projects.first { $0["status"] == .string("archived") }?["id"].text)
      for list in ["api_keys", "users", "service_accounts"] {
        #expect(client.ask("projects/\(archived)/\(list)").status == status)
      }
      let active = try #require(projects.first { $0["status"] == .string("active") }?["id"].text)
      #expect(client.ask("projects/\(active)/api_keys").status == 200)
    }
  }

  @Test(arguments: ["nonsense", "pretty=1", "key-floor=yesterday", "key-floor", "-nonsense"])
  func refusesUnknownNames(list: String) {
    #expect(throws: SimulatorError.self) { try Oddities(parsing: list) }
  }

  @Test func listsAddUp() throws {
    #expect(try Oddities(parsing: "all,-pretty").names == Oddities.all.names.subtracting([.pretty]))
    #expect(try Oddities(parsing: "realistic") == .realistic)
    #expect(try Oddities(parsing: "all,none") == Oddities())
  }
}

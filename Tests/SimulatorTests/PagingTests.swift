import Simulator
import Testing

@Suite struct PagingTests {
  /// All pages of a query, at most fifty.
  private func pages(_ client: Client, _ path: String) throws -> [JSON] {
    var pages = [try client.get(path)]
    while let cursor = pages.last?["next_page"].text, pages.count < 50 {
      pages.append(try client.get(path + "&page=" + Self.encoded(cursor)))
    }
    return pages
  }

  private static func encoded(_ cursor: String) -> String {
    cursor.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
  }

  @Test(arguments: [("costs", 4), ("usage/completions", 4), ("costs", 1), ("usage/images", 10)])
  func pagesTogetherAreTheWhole(endpoint: String, limit: Int) throws {
    let client = Client()
    let range = Client.range("2026-11-01", days: 10)
    let most = endpoint == "costs" ? 180 : 31
    let whole = try client.get("\(endpoint)?\(range)&limit=\(most)&group_by=project_id")
    let read = try pages(client, "\(endpoint)?\(range)&limit=\(limit)&group_by=project_id")
    #expect(read.count == (10 + limit - 1) / limit)
    #expect(read.flatMap { $0["data"].elements } == whole["data"].elements)
    #expect(whole["data"].elements.count == 10)
    #expect(read.dropLast().allSatisfy { $0["has_more"] == .bool(true) })
    #expect(read.last?["has_more"] == .bool(false))
    #expect(read.last?["next_page"] == .null)
  }

  @Test func costsStopAtSevenDaysUnlessAskedForMore() throws {
    let page = try Client().get("costs?\(Client.range("2026-11-01", days: 10))")
    #expect(page["data"].elements.count == 7)
    #expect(page["has_more"] == .bool(true))
  }

  @Test func aCursorBelongsToItsQuery() throws {
    let client = Client()
    let range = Client.range("2026-11-01", days: 10)
    let cursor = Self.encoded(try #require(try client.get("costs?\(range)&limit=2")["next_page"].text))
    #expect(client.ask("costs?\(range)&limit=2&page=\(cursor)").status == 200)
    #expect(client.ask("costs?limit=2&\(range)&page=\(cursor)").status == 200)
    for other in [
      "costs?\(range)&limit=3&page=\(cursor)", "costs?\(range)&limit=2&group_by=project_id&page=\(cursor)",
      "usage/completions?\(range)&limit=2&page=\(cursor)", "costs?\(range)&limit=2&page=\(cursor)A",
      "costs?\(range)&limit=2&page=page_AAAAAGdGxdEiJdKOAAAAAGcqsYA%3D",
    ] {
      #expect(client.ask(other).status == 400, "\(other)")
    }
    let foreign = client.simulation.accounts[1]
    #expect(
      client.ask("costs?\(range)&limit=2&page=\(cursor)", authorization: "Bearer \(foreign.key)").status
        == 400)
  }

  @Test func cursorsNeedEncoding() throws {
    // Standard base64 has characters that mean something else in a query; some cursor shows it.
    let client = Client()
    let cursors = try (1...40).compactMap { days in
      try client.get("costs?\(Client.range("2026-10-01", days: 40))&limit=\(days)")["next_page"].text
    }
    let telling = try #require(cursors.first { $0.contains("+") || $0.contains("=") })
    #expect(telling.hasPrefix("page_"))
  }

  @Test func nothingAfterToday() throws {
    let client = Client()
    let buckets = try client.get("costs?\(Client.range("2026-11-18", days: 30))&limit=180")["data"].elements
    #expect(buckets.compactMap { $0["start_time"].integer }.last == Client.today.startTime)
    let open = try client.get("costs?start_time=\(Client.today.startTime)")["data"].elements
    #expect(open.count == 1)
    #expect(try client.get("costs?start_time=\(Client.today.startTime + 86_400)")["data"] == .array([]))
  }

  @Test func daysBeforeTheHistoryAreEmptyBuckets() throws {
    let client = Client { $0.days = 5 }
    let buckets = try client.get("usage/completions?\(Client.range("2026-11-14", days: 4))")["data"].elements
    #expect(buckets.map { $0["results"].elements.isEmpty } == [true, true, false, false])
  }

  @Test func usageStartsAtTheVerySecond() throws {
    let client = Client()
    let day = try #require(UTCDay(iso: "2026-11-03")).startTime
    let buckets = try client.get("usage/completions?start_time=\(day + 43_201)&end_time=\(day + 2 * 86_400)")[
      "data"
    ]
    .elements
    #expect(buckets.map { $0["start_time"].integer } == [day + 43_201, day + 86_400])
    let whole = try client.rows("usage/completions", "2026-11-03")[0]["num_model_requests"].integer
    let part = try #require(buckets[0]["results"].elements.first)["num_model_requests"].integer
    #expect(try #require(part) < (try #require(whole)))
  }

  @Test func costsHaveWholeDaysOnly() throws {
    let client = Client()
    let day = try #require(UTCDay(iso: "2026-11-03")).startTime
    func starts(_ start: Int, _ end: Int) throws -> [Int?] {
      try client.get("costs?start_time=\(start)&end_time=\(end)")["data"].elements.map {
        $0["start_time"].integer
      }
    }
    #expect(try starts(day, day + 86_399) == [])
    #expect(try starts(day, day + 86_400) == [day])
    #expect(try starts(day + 1, day + 2 * 86_400) == [day + 86_400])
  }
}

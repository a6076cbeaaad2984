import Simulator
import Testing

/// Whatever is asked for, it is the same day: groups sum to the whole, costs to the truth, quantities to usage.
@Suite struct SumTests {
  private static let days = ["2026-11-03", "2026-11-20"]

  private func total(_ rows: [JSON]) throws -> Int128 {
    try rows.reduce(0) { $0 + (try money($1["amount"]["value"])) }
  }

  @Test(arguments: [
    "none,credits,org-level", "realistic", "all", "all,-string-amounts", "long-amounts,decimal-zero,credits",
  ])
  func costsSumToTheTruth(oddities: String) throws {
    let client = try Client(oddities: oddities)
    let dimensions = ["project_id", "line_item", "api_key_id", "user_id", "api_source"]
    for day in Self.days {
      let parsed = try #require(UTCDay(iso: day))
      let truth = try client.simulation.truth(organization: client.account.name, day: parsed)
      let expected = try money(.string(truth.total))
      #expect(try truth.lines.reduce(0) { $0 + (try money(.string($1.amount))) } == expected)
      // One oddity set sees every combination of dimensions, the others a few.
      for subset in oddities == "none,credits,org-level" ? Array(0..<32) : [0, 1, 2, 15, 31] {
        let chosen = dimensions.indices.filter { subset >> $0 & 1 == 1 }.map { dimensions[$0] }
        // The extra bucket of another day does not count.
        let page = try client.get("costs?\(Client.range(day))\(Client.groupBy(chosen))")
        let rows = page["data"].elements.filter { $0["start_time"].integer == parsed.startTime }
          .flatMap { $0["results"].elements }
        #expect(try total(rows) == expected, "\(day) by \(chosen)")
      }
    }
  }

  /// Grouped as finely as costs can be, the API says of everybody what the truth says.
  @Test func costsSayWhoSpent() throws {
    let client = try Client(oddities: "realistic,late-usage")
    let names = ["project_id", "line_item", "api_key_id", "user_id"]
    for day in Self.days {
      let parsed = try #require(UTCDay(iso: day))
      let truth = try client.simulation.truth(organization: "acme", day: parsed)
      var expected: [[String?]: Int128] = [:]
      for line in truth.lines {
        expected[[line.project, line.lineItem, line.apiKey, line.principal], default: 0] +=
          try money(.string(line.amount))
      }
      var seen: [[String?]: Int128] = [:]
      for row in try client.rows("costs", day, by: names) {
        #expect(
          seen.updateValue(try money(row["amount"]["value"]), forKey: names.map { row[$0].text }) == nil)
      }
      #expect(seen == expected)
    }
  }

  @Test(arguments: endpoints.indices)
  func usageGroupsSumToTheWhole(index: Int) throws {
    let endpoint = endpoints[index]
    let client = Client()
    let whole = try client.rows(endpoint.path, "2026-11-03")
    let dimensions = endpoint.dimensions
    #expect(whole.count == 1)
    for chosen in dimensions.map({ [$0] }) + [dimensions] {
      let rows = try client.rows(endpoint.path, "2026-11-03", by: chosen)
      for metric in endpoint.metrics {
        let parts = try rows.reduce(0) { $0 + (try #require($1[metric].integer)) }
        #expect(parts == whole.first?[metric].integer, "\(metric) by \(chosen)")
      }
    }
  }

  @Test(arguments: ["1h", "1m"])
  func smallerBucketsSumToTheDay(width: String) throws {
    let client = Client()
    let day = try client.rows("usage/completions", "2026-11-03")[0]
    let path =
      "usage/completions?\(Client.range("2026-11-03"))&bucket_width=\(width)&limit=\(width == "1h" ? 24 : 1440)"
    let buckets = try client.get(path)["data"].elements
    #expect(buckets.count == (width == "1h" ? 24 : 1440))
    let sum = try buckets.flatMap { $0["results"].elements }
      .reduce(0) { $0 + (try #require($1["input_tokens"].integer)) }
    #expect(sum == day["input_tokens"].integer)
  }

  @Test func tokenKindsAreDisjoint() throws {
    for row in try Client().rows("usage/completions", "2026-11-03", by: endpoints[0].dimensions) {
      func value(_ name: String) throws -> Int { try #require(row[name].integer) }
      #expect(
        try value("input_tokens") == value("input_uncached_tokens") + value("input_cached_tokens")
          + value("input_cache_write_tokens"))
      #expect(
        try value("input_uncached_tokens") == value("input_text_tokens") + value("input_audio_tokens")
          + value("input_image_tokens"))
      #expect(
        try value("input_cached_tokens") == value("input_cached_text_tokens")
          + value("input_cached_audio_tokens")
          + value("input_cached_image_tokens"))
      #expect(
        try value("output_tokens") == value("output_text_tokens") + value("output_audio_tokens")
          + value("output_image_tokens"))
    }
  }

  /// Per project: what costs count of a model's tokens is what usage counts, over all tiers and surfaces.
  @Test(arguments: [
    ("gpt-5.5-2026-04-23", ["gpt-5.5-2026-04-23"]), ("gpt-5.6-sol", ["gpt-5.6-sol"]),
    (
      "ft-gpt-4o-2024-08-06",
      ["ft:gpt-4o-2024-08-06:acme::AbC12dEf", "ft:gpt-4o-2024-08-06:acme:support-bot:Zz98yXwV"]
    ),
  ])
  func quantitiesAreUsage(cost: String, usage: [String]) throws {
    let client = try Client(oddities: "none") { $0.rows = 300 }
    let costs = try client.rows("costs", "2026-11-03", by: ["project_id", "line_item"])
    let used = try client.rows("usage/completions", "2026-11-03", by: ["project_id", "model"])
    let measures = [
      "input": "input_uncached_tokens", "cached input": "input_cached_tokens",
      "cache writes": "input_cache_write_tokens", "output": "output_tokens",
    ]
    var compared = 0
    for project in Set(costs.compactMap { $0["project_id"].text }) {
      for (kind, measure) in measures {
        let quantity = costs.filter { row in
          guard row["project_id"].text == project, let line = row["line_item"].text else { return false }
          let bare = line.split(separator: " | ").last.map(String.init) ?? line
          return bare == "\(cost), \(kind)" || bare == "\(cost), \(kind), long context"
        }.reduce(0) { $0 + ($1["quantity"].integer ?? 0) }
        let tokens = used.filter { row in
          row["project_id"].text == project && usage.contains(row["model"].text ?? "")
        }.reduce(0) { $0 + ($1[measure].integer ?? 0) }
        #expect(quantity == tokens, "\(project) \(kind)")
        compared += tokens > 0 ? 1 : 0
      }
    }
    #expect(compared > 8)
  }

  @Test func amountsFollowThePriceTable() throws {
    let client = try Client(oddities: "none") { $0.projects = 1 }
    let rows = try client.rows("costs", "2026-11-03", by: ["line_item"])
    let storage = try #require(rows.first { $0["line_item"].text == "Vector store storage" })
    let hours = try money(.string(try #require(storage["quantity"].literal)))
    #expect(
      try money(storage["amount"]["value"]) == hours / 1_000_000_000_000_000_000 * 4_166_666_666_666_667)
    let whisper = try #require(rows.first { $0["line_item"].text == "whisper" })
    let seconds = try #require(whisper["quantity"].integer)
    #expect(try money(whisper["amount"]["value"]) == Int128(seconds) * 100_000_000_000_000_000_000)
  }
}

import JSONReader
import Staging
import TestSupport
import Testing

@testable import OpenAIAdmin

/// Cutting results out of a page finds what reading the whole page finds.
@Suite struct CutPageTests {
  private let day = Day(number: 20_760)
  private var window: DayRange { DayRange(from: day, to: day.advanced(by: 3)) }

  /// JSON of any kind, with brackets and quotes inside of texts.
  private static func value(_ random: inout RepeatableGenerator, _ depth: Int) -> String {
    let texts = [#""a""#, #""{[\"}]""#, #""\\""#, #""\u0000""#, #""\\\"]""#, #""漢字""#]
    switch Int.random(in: 0...(depth > 3 ? 3 : 5), using: &random) {
    case 0: return random.pick(["null", "true", "0E-6176", "-12.5"])
    case 1, 2: return random.pick(texts)
    case 3: return "12345678901234567890"
    case 4:
      let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth + 1) }
      return "[\(elements.joined(separator: random.pick([",", " , "])))]"
    default: return object(&random, depth + 1)
    }
  }

  private static func object(_ random: inout RepeatableGenerator, _ depth: Int) -> String {
    let members = (0..<Int.random(in: 0...4, using: &random)).map { index in
      "\(random.pick(["", " ", "\n"]))\"k\(index)\":\(value(&random, depth))"
    }
    return "{\(members.joined(separator: ","))}"
  }

  @Test(arguments: 0..<300)
  func findsTheSameResults(seed: Int) throws {
    var random = RepeatableGenerator(seed: UInt64(seed))
    let buckets = (0..<3).map { number in
      let start = day.advanced(by: number)
      let results = (0..<Int.random(in: 0...5, using: &random)).map { _ in Self.object(&random, 0) }
      return """
        {"object":"bucket","extra":\(Self.value(&random, 0)),"start_time":\(start.startSeconds),
        "end_time":\(start.next.startSeconds),"results":[\(results.joined(separator: random.pick([",", ",\n "])))],
        "more":[\(Self.object(&random, 0))]}
        """
    }
    let page = """
      {"object":"page","strange":[{"nested":[{"x":[]}]}],"data":[\(buckets.joined(separator: ","))],
      "has_more":false,"next_page":null,"other":\(Self.value(&random, 0))}
      """
    var expected: [Rows] = []
    try JSONParser().parse(Array(page.utf8)) { root in
      for bucket in try #require(root["data"]?.elements) {
        var rows = Rows()
        for result in try #require(bucket["results"]?.elements) { try rows.append(result.bytes) }
        expected.append(rows)
      }
    }
    let found = try BucketPage(Array(page.utf8), window: window)
    #expect(found.days.map { $0.rows.map(Array.init) } == expected.map { $0.map(Array.init) })
    #expect(found.days.map(\.rows.count) == expected.map(\.count))
  }

  /// A page that was cut anywhere is refused, whatever it was cut in.
  @Test func aPageCutAnywhereIsRefused() throws {
    let text = """
      {"data":[{"start_time":\(day.startSeconds),"end_time":\(day.next.startSeconds),"results":[{"a":"x}]","b":[{}]},{"c":1}]}],\
      "has_more":false}
      """
    let page = Array(text.utf8)
    #expect(try BucketPage(page, window: window).days.first?.rows.count == 2)
    for length in 0..<page.count {
      #expect(throws: (any Error).self, "cut at \(length)") {
        try BucketPage(Array(page[..<length]), window: window)
      }
    }
  }

  /// What a server sends is never taken for what was put in its place.
  @Test(arguments: [
    #"["\u00000"]"#, #"[{"a":1},"\u00000"]"#, #"[{"a":1},"\u00007"]"#, "[5]", "[[{}]]", "[null]", #"["{}"]"#,
    "[{]}",
    "[{}}]", #"[{"a":01}]"#, #"[{"a":"\x"}]"#, "[{},]",
  ])
  func whatIsNoObjectIsRefused(results: String) throws {
    let text = """
      {"data":[{"start_time":\(day.startSeconds),"end_time":\(day.next.startSeconds),"results":\(results)}],\
      "has_more":false}
      """
    #expect(throws: (any Error).self) { try BucketPage(Array(text.utf8), window: window) }
  }
}

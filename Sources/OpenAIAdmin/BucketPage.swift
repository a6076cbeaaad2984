internal import JSONReader
public import Staging

/// One complete UTC day of an endpoint.
public struct BucketDay: Sendable {
  public let day: Day
  /// Unix seconds, inclusive: the day's midnight.
  public let startTime: Int
  /// Unix seconds, exclusive, as the API said.
  public let endTime: Int
  /// Whether the bucket ends before the day does: only the current day may.
  var isCut: Bool { endTime < day.next.startSeconds }
  /// The result objects, verbatim. None is a zero.
  public let rows: Rows
}

/// One page of buckets.
package struct BucketPage: Sendable {
  package private(set) var days: [BucketDay] = []
  /// Starts of buckets outside of the window asked for.
  var outside: [Int] = []
  /// The first bucket that is not a day.
  var notADay: (start: Int, end: Int)?
  var hasMore = false
  var cursor: String?

  /// Reads the body of an answer.
  /// - Throws: `JSONSyntaxError`; ``PageDefect`` where something is missing or of the wrong type.
  package init(_ body: [UInt8], window: DayRange) throws {
    let page = CutPage(body)
    self = try JSONParser().parse(page.frame) { try BucketPage($0, CutPage.Objects(page), window: window) }
  }

  private init(_ root: JSONValue, _ objects: CutPage.Objects, window: DayRange) throws {
    var objects = objects
    guard root.kind == .object else { throw PageDefect(reason: "it is no JSON object") }
    guard let data = root["data"]?.elements else { throw PageDefect(reason: "it has no array `data`") }
    (hasMore, cursor) = try PageEnd.read(root, cursor: "next_page")
    for bucket in data {
      guard let start = bucket["start_time"]?.integer, let end = bucket["end_time"]?.integer else {
        throw PageDefect(reason: "a bucket has no start_time and end_time in whole seconds")
      }
      let begun = Day(containing: start)
      guard window.contains(begun) else {
        outside.append(start)
        continue
      }
      guard let day = Day(startingAt: start), start < end, end <= day.next.startSeconds else {
        if notADay == nil { notADay = (start, end) }
        continue
      }
      // Documented as `result` until 2025, `results` on the wire.
      guard let results = (bucket["results"] ?? bucket["result"])?.elements else {
        throw PageDefect(reason: "the bucket of \(day) has no array `results`")
      }
      guard let rows = try objects.rows(results) else {
        throw PageDefect(reason: "a result of \(day) is no JSON object")
      }
      days.append(BucketDay(day: day, startTime: start, endTime: end, rows: rows))
    }
  }
}

/// The end of every page: whether and where there is more.
enum PageEnd {
  /// - Throws: ``PageDefect`` without a boolean `has_more`: a cut list must not pass for a short one.
  static func read(_ root: JSONValue, cursor name: String) throws -> (hasMore: Bool, cursor: String?) {
    guard let hasMore = root["has_more"]?.boolean else {
      throw PageDefect(reason: "it does not say has_more true or false")
    }
    let cursor = root.member(name)?.string
    return (hasMore, cursor?.isEmpty == true ? nil : cursor)
  }
}

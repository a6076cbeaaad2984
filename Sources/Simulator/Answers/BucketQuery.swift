/// A checked request for buckets of costs or usage.
struct BucketQuery: Sendable {
  var start: Int
  var end: Int?
  /// Seconds per bucket.
  var width: Int
  /// Buckets per page.
  var limit: Int
  var dimensions: [Dimension]
  var filters: [Filter: Set<String>]
  var cursor: PageCursor?
  var fingerprint: UInt64

  /// Widths with the seconds, the default and the largest number of buckets.
  private static let widths: [String: (seconds: Int, standard: Int, most: Int)] = [
    "1d": (86_400, 7, 31), "1h": (3_600, 24, 168), "1m": (60, 60, 1_440),
  ]

  /// - Parameter costs: whether the rules of the costs endpoint hold: whole days only, up to 180 of them.
  init(
    _ items: QueryItems, path: String, organization: Organization, dimensions known: [Dimension],
    filters possible: [Filter], costs: Bool, today: UTCDay
  ) throws(APIError) {
    try items.allowing(
      Set(["start_time", "end_time", "bucket_width", "limit", "page", "group_by"] + possible.map(\.rawValue)))
    guard let start = try items.integer("start_time") else { throw .missing("start_time") }
    self.start = start
    end = try items.integer("end_time")
    if let end, end <= start {
      throw .invalid("end_time", "'end_time' must be after 'start_time'.", code: "invalid_value")
    }
    let earliest = today.advanced(by: -365)
    if start < earliest.startTime { throw .lookback(earliest: earliest) }
    let width = try items.choice("bucket_width", of: costs ? ["1d"] : ["1m", "1h", "1d"]) ?? "1d"
    let limits = Self.widths[width] ?? (86_400, 7, 31)
    self.width = limits.seconds
    limit = try items.integer("limit", in: 1...(costs ? 180 : limits.most), default: limits.standard)
    dimensions = try Self.dimensions(items.all("group_by"), known: known)
    filters = try Self.filters(items, possible: possible)
    fingerprint = SplitMix64.mix(
      items.fingerprint(of: path, excluding: "page") ^ SplitMix64.hash(organization.id))
    if let text = try items.one("page") {
      cursor = try PageCursor(parsing: text, fingerprint: fingerprint)
    }
  }

  private static func dimensions(_ values: [String], known: [Dimension]) throws(APIError) -> [Dimension] {
    var found: [Dimension] = []
    for value in values {
      guard let dimension = Dimension(rawValue: value), known.contains(dimension) else {
        throw QueryItems.notSupported("group_by", value, known.map(\.rawValue))
      }
      if !found.contains(dimension) { found.append(dimension) }
    }
    return found
  }

  private static func filters(_ items: QueryItems, possible: [Filter]) throws(APIError) -> [Filter: Set<
    String
  >] {
    var found: [Filter: Set<String>] = [:]
    for filter in possible {
      if filter == .batch {
        if let batch = try items.boolean("batch") { found[.batch] = [batch ? "true" : "false"] }
        continue
      }
      let values = items.all(filter.rawValue)
      if values.isEmpty { continue }
      for value in values {
        if let closed = filter.values, !closed.contains(value) {
          throw QueryItems.notSupported(filter.rawValue, value, closed)
        }
        if value.isEmpty {
          throw .invalid(filter.rawValue, "Invalid '\(filter.rawValue)': empty string.", code: "empty_string")
        }
      }
      found[filter] = Set(values)
    }
    return found
  }

  func groups(by dimension: Dimension) -> Bool { dimensions.contains(dimension) }

  /// Tells apart the rows of two queries on the same bucket.
  var shape: String {
    let grouped = dimensions.map(\.rawValue).sorted().joined(separator: ",")
    let narrowed = filters.map { "\($0.key.rawValue)=\($0.value.sorted().joined(separator: ","))" }.sorted()
    return grouped + "?" + narrowed.joined(separator: "&")
  }
}

/// Cuts a query into buckets and pages and writes the page envelope.
struct BucketPages {
  let world: World
  let organization: Int
  let query: BucketQuery
  /// Whether only whole buckets count, and the oddities of costs apply.
  let costs: Bool
  /// The inside of `results` of a bucket, from its start and end.
  let rows: (_ start: Int, _ end: Int) -> [UInt8]

  /// The page that the query's cursor leads to, or the first.
  func body() -> [UInt8] {
    let cursor = query.cursor
    switch cursor?.kind {
    case .emptyOnTheWay:
      return page([], next: PageCursor(start: cursor?.start ?? 0, fingerprint: query.fingerprint))
    case .emptyAtTheEnd: return page([], next: nil)
    case .emptyForEver: return page([], next: cursor)
    case .buckets, nil: break
    }
    var buckets: [(start: Int, end: Int)] = []
    var position = cursor?.start ?? firstStart
    while buckets.count < query.limit, let bucket = bucket(at: position) {
      buckets.append(bucket)
      position = bucket.end
    }
    if bucket(at: position) != nil {
      let kind: PageCursor.Kind = cursor == nil && world.oddities.has(.emptyPage) ? .emptyOnTheWay : .buckets
      return page(buckets, next: PageCursor(start: position, fingerprint: query.fingerprint, kind: kind))
    }
    if costs, world.oddities.has(.extraBucket), let end = query.end, end <= world.today.startTime {
      let extra = UTCDay(unixTime: end + UTCDay.seconds - 1)
      buckets.append((extra.startTime, extra.startTime + UTCDay.seconds))
    }
    let kind: PageCursor.Kind? =
      world.oddities.has(.endlessPage) ? .emptyForEver : world.oddities.has(.emptyPage) ? .emptyAtTheEnd : nil
    return page(
      buckets, next: kind.map { PageCursor(start: position, fingerprint: query.fingerprint, kind: $0) })
  }

  /// Costs have whole days only; usage starts at the very second.
  private var firstStart: Int {
    guard costs else { return query.start }
    let day = UTCDay(unixTime: query.start)
    return day.startTime < query.start ? day.startTime + UTCDay.seconds : day.startTime
  }

  /// The bucket that starts here: to the next boundary, or to the query's end where usage ends before it.
  private func bucket(at start: Int) -> (start: Int, end: Int)? {
    let horizon = world.today.startTime + UTCDay.seconds
    let end = min(query.end ?? horizon, horizon)
    guard start < end else { return nil }
    let boundary = start - start % query.width + query.width
    if costs { return boundary <= end ? (start, boundary) : nil }
    return (start, min(boundary, end))
  }

  private func page(_ buckets: [(start: Int, end: Int)], next: PageCursor?) -> [UInt8] {
    let contents = buckets.map { rows($0.start, $0.end) }
    var writer = ByteWriter(capacity: contents.reduce(256) { $0 + $1.count + 256 })
    writer.raw("{\"object\":\"page\",\"data\":[")
    for (index, bucket) in buckets.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ",")) }
      writer.raw("{\"object\":\"bucket\",\"start_time\":")
      writer.integer(bucket.start)
      writer.raw(",\"end_time\":")
      writer.integer(bucket.end)
      if world.oddities.has(.undocumentedFields) {
        writer.raw(",\"start_time_iso\":")
        writer.string(Self.iso(bucket.start))
        writer.raw(",\"end_time_iso\":")
        writer.string(Self.iso(bucket.end))
      }
      writer.raw(",\"results\":[")
      writer.raw(contents[index])
      writer.raw("]}")
    }
    writer.raw("],\"has_more\":")
    writer.boolean(next != nil)
    writer.raw(",\"next_page\":")
    writer.string(next?.text)
    writer.raw("}")
    return writer.bytes
  }

  private static func iso(_ time: Int) -> String {
    let day = UTCDay(unixTime: time)
    let second = time - day.startTime
    let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(day)T\(clock.joined(separator: ":"))+00:00"
  }
}

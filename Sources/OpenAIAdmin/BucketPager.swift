internal import Diagnostics
public import Staging

/// What came of fetching a window.
public struct BucketFetchReport: Sendable, Hashable {
  /// False where an optional endpoint is refused as a whole: it is not offered to this organization.
  public var isOffered = true
  /// The days handed out, in order of arrival.
  public var days: [Day] = []
  /// Days from today on that have no bucket yet.
  public var notYetThere: [Day] = []
  public var pages = 0
  public var rows = 0
}

/// Fetches one window of one endpoint, day by day.
///
/// The rules, each answering something the API has been seen to do:
/// - Both ends are UTC midnights, and all of `start_time`, `end_time`, `bucket_width` and `limit` are
///   always sent: the default limit of 7 cuts windows silently.
/// - `has_more` alone ends it. An empty page with a cursor goes on; a cursor missing or coming twice, or
///   many more pages than there are days, is an error.
/// - Buckets outside of the window are dropped and counted.
/// - A past day without a bucket is an error and not a zero. One whose bucket ends before the day does is
///   asked for once more, and is an error then, too.
/// - Cursors are short-lived: where one is refused midway, what is missing is asked for again, once.
/// - A page too large to take is asked for again with half the limit.
struct BucketPager {
  let api: OrganizationAPI
  let endpoint: Endpoint
  let groupBy: [String]
  let today: Day
  /// Pages beyond three a day that are followed before they are called endless.
  private static let sparePages = 30

  private struct Progress {
    var report = BucketFetchReport()
    var delivered: Set<Day> = []
    /// Past days that came with part of their time only.
    var cut: Set<Day> = []
    /// Whether a page of the current pass has been read: the next one is asked for by cursor.
    var isUnderWay = false
    var pagesLeft: Int
  }

  /// See ``OrganizationAPI/fetchDays(of:in:groupBy:limit:today:eachDay:)``.
  func fetch(
    _ window: DayRange, limit: Int?, eachDay: (BucketDay) async throws -> Void
  ) async throws -> BucketFetchReport {
    var progress = Progress(pagesLeft: 3 * window.count + Self.sparePages)
    guard !window.isEmpty else { return progress.report }
    let maximum = endpoint.maximumLimit ?? 31
    var limit = max(1, min(limit ?? maximum, maximum))
    var hasRestarted = false
    var hasAskedForCut = false
    while true {
      let first = window.first { !progress.delivered.contains($0) } ?? window.to
      let missing = DayRange(from: first, to: window.to)
      if missing.isEmpty { break }
      do {
        progress.isUnderWay = false
        try await pass(missing, limit: limit, &progress, eachDay)
        guard !hasAskedForCut, let cut = progress.cut.min() else { break }
        hasAskedForCut = true
        progress.cut = []
        report("bucket_cut", "the bucket of \(cut) ends before the day does, asked again")
      } catch let error as APIError where isRefusedCursor(error, progress) && !hasRestarted {
        hasRestarted = true
        report("cursor_restarted", "asked again from \(first) on: \(error)")
      } catch let error as APIError where isNotOffered(error, progress) {
        progress.report.isOffered = false
        report("endpoint_not_offered", error.description)
        return progress.report
      } catch let error as TransportError where isTooLarge(error) && limit > 1 {
        limit /= 2
        report("page_too_large", "asked again for \(limit) days a page: \(error)")
      }
    }
    try finish(window, &progress)
    return progress.report
  }

  /// Follows the cursors of one request to their end.
  private func pass(
    _ window: DayRange, limit: Int, _ progress: inout Progress, _ eachDay: (BucketDay) async throws -> Void
  ) async throws {
    var cursor: String?
    var followed: Set<String> = []
    var seen: Set<Day> = []
    while true {
      guard progress.pagesLeft > 0 else { throw failure(.tooManyPages(progress.report.pages)) }
      progress.pagesLeft -= 1
      let query = query(window, limit: limit, cursor: cursor)
      let page = try await api.get(endpoint, query: query, readBody: { try BucketPage($0, window: window) })
      progress.report.pages += 1
      progress.isUnderWay = true
      if let (start, end) = page.notADay { throw failure(.bucketNotADay(start: start, end: end)) }
      for start in page.outside {
        report("bucket_outside_window", "bucket \(Day(containing: start)) is not in \(window)")
      }
      for day in page.days {
        guard seen.insert(day.day).inserted else { throw failure(.repeatedDay("\(day.day)")) }
        if day.isCut, day.day < today {
          progress.cut.insert(day.day)
          continue
        }
        // A pass after a restart may meet days that came before it: the first answer stands.
        guard progress.delivered.insert(day.day).inserted else { continue }
        try await eachDay(day)
        progress.report.days.append(day.day)
        progress.report.rows += day.rows.count
      }
      guard page.hasMore else { return }
      guard let next = page.cursor else { throw failure(.noCursor) }
      guard followed.insert(next).inserted else { throw failure(.repeatedCursor) }
      cursor = next
    }
  }

  private func query(_ window: DayRange, limit: Int, cursor: String?) -> [QueryItem] {
    var query = [
      QueryItem("start_time", "\(window.from.startSeconds)"),
      QueryItem("end_time", "\(window.to.startSeconds)"),
    ]
    query += endpoint.fixedQuery
    query.append(QueryItem("limit", "\(limit)"))
    query += groupBy.map { QueryItem("group_by", $0) }
    if let cursor { query.append(QueryItem("page", cursor)) }
    return query
  }

  private func finish(_ window: DayRange, _ progress: inout Progress) throws {
    let absent = window.filter { !progress.delivered.contains($0) }
    let missing = absent.filter { $0 < today }
    if !progress.cut.isEmpty, missing.allSatisfy(progress.cut.contains) {
      throw failure(.cutDays(missing.map(\.description)))
    }
    guard missing.isEmpty else { throw failure(.missingDays(missing.map(\.description))) }
    progress.report.notYetThere = absent
  }

  private func isRefusedCursor(_ error: APIError, _ progress: Progress) -> Bool {
    error.status == 400 && progress.isUnderWay && !error.isBeyondHistory
  }

  /// An unknown path is 404 or 400; a 400 that names a parameter is about the request.
  private func isNotOffered(_ error: APIError, _ progress: Progress) -> Bool {
    guard endpoint.isOptional, progress.report.pages == 0 else { return false }
    return error.status == 404
      || (error.status == 400 && error.parameter == nil && !error.isBeyondHistory)
  }

  private func isTooLarge(_ error: TransportError) -> Bool {
    if case .tooLarge = error.kind { true } else { false }
  }

  private func failure(_ problem: PageError.Problem) -> PageError {
    PageError(organization: api.name, path: endpoint.path, problem: problem)
  }

  private func report(_ kind: String, _ message: String) {
    api.diagnostics.report(
      Diagnostic(kind: kind, message: "organization \(api.name), \(endpoint.dataset): \(message)"))
  }
}

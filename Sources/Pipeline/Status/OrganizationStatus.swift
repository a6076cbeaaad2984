import Staging

/// How far one organization is.
public struct OrganizationStatus: Encodable, Sendable {
  public var organization: String
  /// Days whose costs are in `raw/`.
  public var fetched = 0
  /// The first day delivered; nil before the first delivery. `YYYY-MM-DD`, as all days here.
  public var firstDay: String?
  /// The last day delivered.
  public var lastDay: String?
  /// Whole days between the last one delivered and today; nil before the first delivery.
  public var daysBehind: Int?
  /// Delivered days that no run changes by itself any more.
  public var settled = 0
  /// Delivered days that late usage may still change.
  public var open: [String] = []
  /// Delivered days that were made without some datasets, and these datasets.
  public var degraded: [String: [String]] = [:]
  /// Days that stay as they were delivered because they lost most of their cost.
  public var refused: [String] = []
  /// Past days since the first one delivered that are not delivered.
  public var missing: [String] = []
  /// Delivered days whose money became another one since they were first delivered.
  public var restated: [String] = []
  /// The newest run that delivered and in which nothing failed for this organization.
  public var lastSuccess: RunSummary?

  enum CodingKeys: String, CodingKey {
    case organization, fetched, settled, open, degraded, refused, missing, restated
    case firstDay = "first_day"
    case lastDay = "last_day"
    case daysBehind = "days_behind"
    case lastSuccess = "last_successful_run"
  }

  /// Unix time of the last delivered day's start.
  var lastDayStart: Int? { lastDay.flatMap { Day($0) }?.startSeconds }

  init(_ organization: String, fetched: Int, days: [Day: DeliveredDay], today: Day) {
    self.organization = organization
    self.fetched = fetched
    for (date, day) in days.sorted(by: { $0.key < $1.key }) {
      let date = date.description
      if day.isFinished { settled += 1 }
      if day.open { open.append(date) }
      if let datasets = day.degraded { degraded[date] = datasets }
      if day.refused != nil { refused.append(date) }
      if day.restated != nil { restated.append(date) }
    }
    guard let first = days.keys.min(), let last = days.keys.max() else { return }
    (firstDay, lastDay) = (first.description, last.description)
    daysBehind = max(0, today.number - last.number - 1)
    missing = DayRange(from: first, to: today).filter { days[$0] == nil }.map(\.description)
  }
}

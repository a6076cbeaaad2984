import Staging

/// Which days of a window must be fetched, and in which requests.
struct DayPlan {
  /// The first day of the look-back.
  let lookbackStart: Day
  let today: Day
  /// The previous month, as long as it is read again; empty later in the month.
  private let reread: DayRange
  /// Whether the previous month is read for the last time.
  private let rereadEnds: Bool

  /// - Parameters:
  ///   - lookbackDays: days before today that late usage may still change.
  ///   - previousMonthDays: on so many first days of a month all of the previous one may still change.
  init(today: Day, lookbackDays: Int, previousMonthDays: Int = 0) {
    lookbackStart = today.advanced(by: -lookbackDays)
    self.today = today
    reread = today.previousMonth(readAgainFor: previousMonthDays)
    rereadEnds = today.civil.day >= previousMonthDays
  }

  init(today: Day, _ configuration: ExtractConfiguration) {
    self.init(
      today: today, lookbackDays: configuration.lookbackDays,
      previousMonthDays: configuration.previousMonthDays)
  }

  /// Whether a later run will fetch the day again: the look-back's first day, and the previous month on the last
  /// of its days, are fetched for the last time, so that with a run a day every day settles. The current day is
  /// open whatever the look-back (DESIGN C14).
  func isOpen(_ day: Day) -> Bool {
    day > lookbackStart || day >= today || (reread.contains(day) && !rereadEnds)
  }

  /// Whether a day's partition has to be fetched: it is not there, lies in the look-back or in a month that is
  /// read again, was open when it was fetched, or its control totals differed.
  func isDue(_ day: Day, _ record: PartitionRecord?) -> Bool {
    guard let record, !isAlwaysDue(day) else { return true }
    return record.open || record.balanced == false
  }

  /// Whether a day has to be fetched whatever is there of it.
  func isAlwaysDue(_ day: Day) -> Bool { day >= lookbackStart || reread.contains(day) }

  /// Contiguous stretches of at most `limit` days, newest first.
  static func windows(_ days: [Day], limit: Int) -> [DayRange] {
    var windows: [DayRange] = []
    var current: DayRange?
    for day in days.sorted(by: >) {
      if let range = current, range.from == day.next, range.count < limit {
        current = DayRange(from: day, to: range.to)
      } else {
        if let current { windows.append(current) }
        current = DayRange(from: day, to: day.next)
      }
    }
    if let current { windows.append(current) }
    return windows
  }
}

extension ExtractConfiguration {
  /// What a run without `--from` and `--to` covers: the look-back before today, at least one day, and all of the
  /// previous month as long as that is read again.
  public func defaultWindow(today: Day) -> DayRange {
    let lookback = today.advanced(by: -max(1, lookbackDays))
    let reread = today.previousMonth(readAgainFor: previousMonthDays)
    return DayRange(from: reread.isEmpty ? lookback : min(lookback, reread.from), to: today)
  }
}

extension Day {
  /// The month before the day's, on the first days of a month; else empty.
  fileprivate func previousMonth(readAgainFor days: Int) -> DayRange {
    guard civil.day <= days else { return DayRange(from: self, to: self) }
    return month.firstDay.advanced(by: -1).month.days
  }
}

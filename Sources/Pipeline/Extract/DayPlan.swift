import Staging

/// Which days of a window must be fetched, and in which requests.
struct DayPlan {
  /// The first day of the look-back.
  let lookbackStart: Day
  let today: Day

  /// - Parameter lookbackDays: days before today that late usage may still change.
  init(today: Day, lookbackDays: Int) {
    lookbackStart = today.advanced(by: -lookbackDays)
    self.today = today
  }

  /// Whether a later run will fetch the day again: the look-back's first day is fetched for the last time, so
  /// that with a run a day every day settles. The current day is open whatever the look-back (DESIGN C14).
  func isOpen(_ day: Day) -> Bool { day > lookbackStart || day >= today }

  /// Whether a day's partition has to be fetched: it is not there, lies in the look-back, was open when it was
  /// fetched, or its control totals differed.
  func isDue(_ day: Day, _ record: PartitionRecord?) -> Bool {
    guard let record, day < lookbackStart else { return true }
    return record.open || record.balanced == false
  }

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

import Staging

/// Which days of a window must be fetched, and in which requests.
struct DayPlan {
  /// Days before this one are settled once they have been fetched.
  let firstOpenDay: Day

  /// - Parameter lookbackDays: days before today that late usage may still change.
  init(today: Day, lookbackDays: Int) {
    firstOpenDay = today.advanced(by: -lookbackDays)
  }

  func isOpen(_ day: Day) -> Bool { day >= firstOpenDay }

  /// Whether a partition has to be fetched: it is not there, it was open when it was fetched, or its control
  /// totals differed.
  func isDue(_ record: PartitionRecord?) -> Bool {
    guard let record else { return true }
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

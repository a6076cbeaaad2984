/// One UTC calendar day, the grain of partitions and charges.
///
/// Days are counted from 1970-01-01 in the proleptic Gregorian calendar, without a time zone
/// database: every bucket of the API starts at UTC midnight (DESIGN C14).
public struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Whole days since 1970-01-01.
  public let number: Int

  public init(number: Int) { self.number = number }

  /// The day that contains `seconds`, a Unix time.
  public init(containing seconds: Int) {
    let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
    number = remainder < 0 ? quotient - 1 : quotient
  }

  /// The day that starts exactly at `seconds`, or nil if that is no UTC midnight.
  public init?(startingAt seconds: Int) {
    guard seconds % 86_400 == 0 else { return nil }
    number = seconds / 86_400
  }

  /// A civil date; nil if there is no such day (2026-02-30).
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Day.length(ofMonth: month, year: year)
    else { return nil }
    // Howard Hinnant's days_from_civil: years start in March, so that the leap day comes last.
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
  }

  /// Reads `YYYY-MM-DD`, and nothing else.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
    func field(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = field(0..<4), let month = field(5..<7), let day = field(8..<10) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Year, month 1…12 and day 1…31.
  public var civil: (year: Int, month: Int, day: Int) {
    let z = number + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// The Unix time of the day's first second.
  public var startSeconds: Int { number * 86_400 }

  /// The next day; its start is this day's exclusive end.
  public var next: Day { Day(number: number + 1) }

  /// The billing month that contains the day.
  public var month: Month {
    let (year, month, _) = civil
    return Month(year: year, month: month)
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = civil
    return "\(Day.padded(year, 4))-\(Day.padded(month, 2))-\(Day.padded(day, 2))"
  }

  /// `YYYY-MM-DDT00:00:00Z`, as FOCUS writes date-times.
  public var timestamp: String { "\(description)T00:00:00Z" }

  public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// The day `days` later.
  public func advanced(by days: Int) -> Day { Day(number: number + days) }

  static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A half-open range of UTC days, as `--from` and `--to` give it.
public struct DayRange: Sendable, Hashable, CustomStringConvertible, Sequence {
  /// Inclusive.
  public let from: Day
  /// Exclusive.
  public let to: Day

  public init(from: Day, to: Day) {
    self.from = from
    self.to = Swift.max(from, to)
  }

  public var count: Int { to.number - from.number }
  public var isEmpty: Bool { count == 0 }
  public func contains(_ day: Day) -> Bool { from <= day && day < to }
  public var description: String { "\(from) ≤ day < \(to)" }

  public func makeIterator() -> AnyIterator<Day> {
    var next = from
    return AnyIterator {
      guard next < to else { return nil }
      defer { next = next.next }
      return next
    }
  }
}

/// A UTC calendar month: the billing period (DESIGN C14).
public struct Month: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let year: Int
  /// 1…12.
  public let month: Int

  init(year: Int, month: Int) {
    self.year = year
    self.month = month
  }

  /// Reads `YYYY-MM`.
  public init?(_ text: some StringProtocol) {
    guard let day = Day(text + "-01") else { return nil }
    self = day.month
  }

  /// The first day, inclusive.
  public var firstDay: Day { Day(year: year, month: month, day: 1) ?? Day(number: 0) }

  /// The first day of the next month: the exclusive end.
  public var end: Day { firstDay.advanced(by: Day.length(ofMonth: month, year: year)) }

  public var days: DayRange { DayRange(from: firstDay, to: end) }

  /// `YYYY-MM`.
  public var description: String { "\(Day.padded(year, 4))-\(Day.padded(month, 2))" }

  public static func < (left: Month, right: Month) -> Bool {
    (left.year, left.month) < (right.year, right.month)
  }
}

extension DayRange {
  /// The younger and the older half.
  public var halves: [DayRange] {
    let middle = from.advanced(by: count / 2)
    return [DayRange(from: middle, to: to), DayRange(from: from, to: middle)]
  }
}

import Foundation

/// A day in UTC, counted from 1970-01-01 in the proleptic Gregorian calendar.
public struct UTCDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int

  /// Seconds in a day; UTC days in Unix time have no leap seconds.
  static let seconds = 86_400

  public init(number: Int) { self.number = number }

  /// The day that holds a Unix time, also before 1970.
  public init(unixTime: Int) {
    let (quotient, remainder) = unixTime.quotientAndRemainder(dividingBy: Self.seconds)
    number = remainder < 0 ? quotient - 1 : quotient
  }

  /// Reads `YYYY-MM-DD`; nil for anything else, a 30th of February included.
  public init?(iso text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    self.init(year: year, month: month, day: day)
    guard description == text else { return nil }
  }

  /// Howard Hinnant's days_from_civil.
  init(year: Int, month: Int, day: Int) {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
  }

  /// Today by the machine's clock.
  public static var today: UTCDay { UTCDay(unixTime: Int(Date().timeIntervalSince1970.rounded(.down))) }

  /// Unix time of the day's first second.
  public var startTime: Int { number * Self.seconds }

  /// `YYYY-MM-DD`, by Howard Hinnant's civil_from_days.
  public var description: String {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  public static func < (left: UTCDay, right: UTCDay) -> Bool { left.number < right.number }

  func advanced(by days: Int) -> UTCDay { UTCDay(number: number + days) }
}

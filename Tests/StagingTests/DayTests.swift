import Staging
import TestSupport
import Testing

@Suite struct DayTests {
  /// Every day from 1900 to 2200 against Python's datetime.
  @Test(.enabled(if: Python.isAvailable))
  func agreesWithDatetime() throws {
    let lines = try Python.lines(
      """
      import datetime as d, calendar as c
      day, epoch = d.date(1900, 1, 1), d.date(1970, 1, 1)
      while day.year <= 2200:
          first = day.replace(day=1)
          end = first + d.timedelta(days=c.monthrange(day.year, day.month)[1])
          print((day - epoch).days, day.isoformat(), day.year, day.month, day.day, first, end)
          day += d.timedelta(days=1)
      """)
    #expect(lines.count == 109_938)
    var failures: [Substring] = []
    for line in lines where !holds(line.split(separator: " ")) { failures.append(line) }
    #expect(failures.isEmpty, "\(failures.prefix(5))")
  }

  private func holds(_ fields: [Substring]) -> Bool {
    guard let number = Int(fields[0]), let day = Day(fields[1]), let month = Month(fields[1].prefix(7)) else {
      return false
    }
    let civil = [day.civil.year, day.civil.month, day.civil.day].map { Substring(String($0)) }
    return day.number == number && day.description == fields[1] && civil == fields[2...4].map { $0 }
      && Day(year: day.civil.year, month: day.civil.month, day: day.civil.day) == day
      && Day(number: number) == day && Day(startingAt: number * 86_400) == day
      && Day(containing: number * 86_400) == day && Day(containing: number * 86_400 + 86_399) == day
      && day.timestamp == fields[1] + "T00:00:00Z" && day.next.number == number + 1
      && day.month == month && month.firstDay.description == fields[5] && month.end.description == fields[6]
      && month.days.contains(day) && month.description == fields[1].prefix(7)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00",
    "0000-01-01", "2026-1-1", "2026-01-1", "26-01-01", "2026/01/01", "2026-01-01T", " 2026-01-01",
    "2026-01-0１", "+026-01-01", "-026-01-01", "", "today",
  ])
  func refusesWhatIsNoDay(text: String) {
    #expect(Day(text) == nil)
  }

  @Test(arguments: ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
  func readsWhatItWrites(text: String) throws {
    let day = try #require(Day(text))
    #expect(day.description == text)
  }

  @Test func onlyMidnightStartsADay() {
    #expect(Day(startingAt: 86_401) == nil)
    #expect(Day(startingAt: -1) == nil)
    #expect(Day(containing: -1) == Day("1969-12-31"))
    #expect(Day(containing: -86_400) == Day("1969-12-31"))
    #expect(Day(containing: -86_401) == Day("1969-12-30"))
    // What a bucket may claim.
    for seconds in [Int.min, .min + 1, .min + 86_400, .max - 1, .max] {
      let day = Day(containing: seconds)
      #expect(day.number == Int((Int128(seconds) - Int128(((seconds % 86_400) + 86_400) % 86_400)) / 86_400))
    }
  }

  @Test(arguments: ["2026-13", "2026", "2026-1", "2026-00", "x"])
  func refusesWhatIsNoMonth(text: String) {
    #expect(Month(text) == nil)
  }

  @Test func monthsAreOrderedAndEndWhereTheNextStarts() throws {
    var month = try #require(Month("1999-11"))
    for _ in 0..<400 {
      let next = month.end.month
      #expect(month < next)
      #expect(next.firstDay == month.end)
      #expect(month.days.count == Array(month.days).count)
      month = next
    }
    #expect(month.description == "2033-03")
  }
}

@Suite struct DayRangeTests {
  let from = Day(number: 20_000)

  @Test(arguments: 0..<40)
  func isHalfOpen(count: Int) {
    let range = DayRange(from: from, to: from.advanced(by: count))
    #expect(range.count == count)
    #expect(Array(range) == (0..<count).map { from.advanced(by: $0) })
    #expect(range.isEmpty == (count == 0))
    #expect(!range.contains(range.to))
    #expect(!range.contains(from.advanced(by: -1)))
    for day in range { #expect(range.contains(day)) }
  }

  @Test(arguments: 0..<40)
  func halvesMakeTheWhole(count: Int) {
    let range = DayRange(from: from, to: from.advanced(by: count))
    let halves = range.halves
    #expect(halves.reversed().flatMap(Array.init) == Array(range))
    #expect(abs(halves[0].count - halves[1].count) <= 1)
  }

  @Test func anEndBeforeTheStartIsEmpty() {
    let range = DayRange(from: from, to: from.advanced(by: -3))
    #expect(range.isEmpty && range.count == 0 && Array(range).isEmpty)
  }
}

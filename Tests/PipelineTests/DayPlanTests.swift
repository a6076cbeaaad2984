import Staging
import TestSupport
import Testing

@testable import Pipeline

@Suite struct DayPlanTests {
  private let today = Day(number: 20_777)

  @Test(arguments: 0...6)
  func theLookBackButItsFirstDayAndTodayAreOpen(lookback: Int) {
    let plan = DayPlan(today: today, lookbackDays: lookback)
    for offset in -10...3 {
      #expect(plan.isOpen(today.advanced(by: offset)) == (offset > -lookback || offset >= 0), "\(offset)")
    }
  }

  @Test func whatIsSettledAndBalancedIsNotFetchedAgain() {
    let plan = DayPlan(today: today, lookbackDays: 5)
    let settled = today.advanced(by: -6)
    #expect(plan.isDue(settled, nil))
    for (open, balanced, isDue) in [
      (true, true, true), (true, false, true), (true, nil, true), (false, true, false), (false, false, true),
      (false, nil, false),
    ] as [(Bool, Bool?, Bool)] {
      var record = PartitionRecord(organization: "acme", dataset: "costs", day: settled, open: open)
      record.balanced = balanced
      #expect(plan.isDue(settled, record) == isDue)
      #expect(plan.isDue(today.advanced(by: -5), record), "all of the look-back is fetched again")
    }
  }

  private func day(_ text: String) throws -> Day { try #require(Day(text)) }

  /// On the first days of a month all of the previous one is fetched again; on the last of them it settles. Ends
  /// of months, a leap year and a year's end.
  @Test(arguments: [
    ("2026-12-01", "2026-11-01", 30), ("2028-03-02", "2028-02-01", 29), ("2027-01-04", "2026-12-01", 31),
  ])
  func thePreviousMonthIsReadUntilItSettles(now: String, from: String, length: Int) throws {
    let (now, from) = (try day(now), try day(from))
    let days = DayRange(from: from, to: from.advanced(by: length))
    #expect(days.to.civil.day == 1)
    for date in 1...7 {
      let plan = DayPlan(
        today: now.month.firstDay.advanced(by: date - 1), lookbackDays: 2, previousMonthDays: 5)
      for day in days {
        var settled = PartitionRecord(organization: "acme", dataset: "costs", day: day, open: false)
        settled.balanced = true
        let inLookback = day >= plan.lookbackStart
        #expect(plan.isDue(day, settled) == (date <= 5 || inLookback), "\(day) on day \(date)")
        #expect(plan.isOpen(day) == (date < 5 || day > plan.lookbackStart), "\(day) on day \(date)")
      }
      #expect(!plan.isOpen(from.advanced(by: -1)), "the month before is left alone")
    }
  }

  @Test func theDefaultWindowHasThePreviousMonthOnItsFirstDays() throws {
    var extract = ExtractConfiguration()
    for (today, from) in [
      ("2026-12-01", "2026-11-01"), ("2026-12-05", "2026-11-01"), ("2026-12-06", "2026-12-01"),
      ("2028-03-01", "2028-02-01"), ("2027-01-03", "2026-12-01"),
    ] {
      #expect(
        extract.defaultWindow(today: try day(today)) == DayRange(from: try day(from), to: try day(today)))
    }
    (extract.previousMonthDays, extract.lookbackDays) = (0, 0)
    #expect(
      extract.defaultWindow(today: try day("2026-12-01"))
        == DayRange(from: try day("2026-11-30"), to: try day("2026-12-01")))
    (extract.previousMonthDays, extract.lookbackDays) = (5, 60)
    #expect(extract.defaultWindow(today: try day("2026-12-05")).from == (try day("2026-10-06")))
  }

  /// Whatever days are due, the windows hold each of them once and nothing else, newest first.
  @Test func windowsHoldExactlyTheDays() {
    var random = RepeatableGenerator(seed: 1)
    for _ in 0..<200 {
      let days = (0..<40).filter { _ in Int.random(in: 0...2, using: &random) > 0 }.map {
        today.advanced(by: -$0)
      }
      let limit = Int.random(in: 1...10, using: &random)
      let windows = DayPlan.windows(days.shuffled(using: &random), limit: limit)
      #expect(windows.flatMap { $0.reversed() } == days)
      #expect(windows.allSatisfy { (1...limit).contains($0.count) })
      for (later, earlier) in zip(windows, windows.dropFirst()) where earlier.to == later.from {
        #expect(later.count == limit, "windows that touch are full")
      }
    }
    #expect(DayPlan.windows([], limit: 7).isEmpty)
  }
}

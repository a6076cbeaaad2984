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

import Spend
import Staging
import Testing

@testable import Pipeline

/// What a history of names was made from, told by month where the month is long over.
@Suite struct TakenListsTests {
  private static func day(_ text: String) throws -> Day { try #require(Day(text)) }

  private static func lists(_ range: (String, String), _ dataset: String = "users") throws -> TakenLists {
    var lists = TakenLists(organization: "acme")
    for day in DayRange(from: try day(range.0), to: try day(range.1)) {
      lists.note(
        "part-00001.ndjson.gz", "digest-\(day)", at: TakenLists.Place(dataset: dataset, day: day))
    }
    return lists
  }

  @Test func whatIsToldIsUnderstood() throws {
    var lists = try Self.lists(("2026-02-20", "2026-05-03"))
    lists.close(before: try Self.day("2026-04-30"))
    let madeFrom = lists.madeFrom
    // 30 days of April that are not over yet, 2 of May, and two months.
    #expect(madeFrom.count == 34, "\(madeFrom.keys.sorted())")
    let march = try #require(madeFrom["raw/org=acme/dataset=users/date=2026-03"])
    #expect(march.hasPrefix("1-31 "))
    #expect(madeFrom["raw/org=acme/dataset=users/date=2026-02"]?.hasPrefix("20-28 ") == true)
    let again = TakenLists(organization: "acme", madeFrom: madeFrom)
    #expect(again.madeFrom == madeFrom)
    #expect(again.lastDay == Day("2026-05-02"))
    for (date, isTaken) in [
      ("2026-02-19", false), ("2026-02-20", true), ("2026-03-31", true), ("2026-04-01", true),
      ("2026-05-02", true), ("2026-05-03", false),
    ] {
      let place = TakenLists.Place(dataset: "users", day: try Self.day(date))
      #expect(again.contains(place) == isTaken, "\(date)")
      #expect(!again.contains(TakenLists.Place(dataset: "projects", day: place.day)))
    }
  }

  /// `sha256sum raw/org=acme/dataset=users/date=2026-03-*/part-* | sha256sum` is the proof.
  @Test func theDigestOfAMonthIsThatOfItsSums() throws {
    var lists = TakenLists(organization: "acme")
    for (date, file, digest) in [
      ("2026-03-02", "part-00002.ndjson.gz", "cc"), ("2026-03-01", "part-00001.ndjson.gz", "aa"),
      ("2026-03-02", "part-00001.ndjson.gz", "bb"),
    ] {
      lists.note(file, digest, at: TakenLists.Place(dataset: "users", day: try Self.day(date)))
    }
    lists.close(before: try Self.day("2026-04-01"))
    let sums = """
      aa  raw/org=acme/dataset=users/date=2026-03-01/part-00001.ndjson.gz
      bb  raw/org=acme/dataset=users/date=2026-03-02/part-00001.ndjson.gz
      cc  raw/org=acme/dataset=users/date=2026-03-02/part-00002.ndjson.gz

      """
    #expect(
      lists.madeFrom == [
        "raw/org=acme/dataset=users/date=2026-03": "1-2 \(Digest(of: Array(sums.utf8)).hex)"
      ])
  }

  @Test(arguments: [[], [1], [31], [1, 2, 3], [1, 3, 4, 9, 30, 31], Array(1...31)])
  func daysSurviveTheirText(days: [Int]) {
    let month = TakenMonth(days: days, files: [])
    #expect(TakenMonth(month.text) == (days.isEmpty ? nil : month), "\(month.text)")
  }

  @Test(arguments: [
    "", "1-31", "0-3 aa", "1-32 aa", "3-1 aa", "1-2-3 aa", "1,,2 aa", "-1 aa", "1- aa", "a aa", "1 a a",
  ])
  func otherTextsAreNoMonth(text: String) {
    #expect(TakenMonth(text) == nil)
    // What cannot be read counts as not taken in: the history is made again.
    let lists = TakenLists(
      organization: "acme",
      madeFrom: ["raw/org=acme/dataset=users/date=2026-03": text, "x": "y", "date=1": "z"])
    #expect(lists.madeFrom == [:] && lists.lastDay == nil)
  }
}

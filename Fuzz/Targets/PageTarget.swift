import JSONReader
import Staging

@testable import OpenAIAdmin

/// The window that pages are read for: the first week of November 2026.
let window = DayRange(from: Day(number: 20_758), to: Day(number: 20_765))

/// A page hands out days of its window only, each row whole and on one line.
func readPage(_ input: UnsafeBufferPointer<UInt8>) {
  let body = Array(input)
  let page = reading { try BucketPage(body, window: window) }
  if let page {
    for day in page.days { check(day) }
    if JSONGrammar.accepts(input) { checkRows(of: page, against: body) }
    for start in page.outside {
      promise(!window.contains(Day(containing: start)), "\(start) is not outside of \(window)")
    }
    promise(page.cursor?.isEmpty != true, "an empty cursor")
  }
  let list = reading { try JSONParser().parse(input) { try ListPage($0) } }
  if let list {
    check(list.rows)
    promise(list.cursor?.isEmpty != true, "an empty cursor")
    let parser = JSONParser()
    for row in list.rows {
      let project = reading { try parser.parse(Array(row)) { ProjectReference($0) } }
      promise((project ?? nil)?.id.isEmpty != true, "a project without an id")
    }
  }
}

/// A day that the pager may hand on.
func check(_ day: BucketDay) {
  promise(window.contains(day.day), "\(day.day) is not in \(window)")
  promise(day.startTime == day.day.startSeconds, "\(day.day) starts at \(day.startTime)")
  promise(day.endTime > day.startTime && day.endTime <= day.day.next.startSeconds, "ends at \(day.endTime)")
  check(day.rows)
}

/// Rows are objects, and lines.
private func check(_ rows: Rows) {
  let parser = JSONParser()
  var length = 0
  for row in rows {
    length += row.count
    promise(!row.contains(0x0A) && !row.contains(0x0D), "a row of several lines")
    let isObject = reading { try parser.parse(Array(row)) { $0.kind == .object } }
    promise(isObject == true, "a row that is no object: \(String(decoding: row, as: UTF8.self))")
  }
  promise(length == rows.size, "the size of the rows is not that of each together")
}

/// A page that is cut into objects before it is read has the rows that one has that is read as a whole.
private func checkRows(of page: BucketPage, against body: [UInt8]) {
  var expected: [[UInt8]] = []
  _ = reading {
    try JSONParser().parse(body) { root in
      guard let data = root["data"]?.elements else { return }
      for bucket in data {
        guard let start = bucket["start_time"]?.integer, page.days.contains(where: { $0.startTime == start }),
          let results = (bucket["results"] ?? bucket["result"])?.elements,
          let end = bucket["end_time"]?.integer, start < end, end <= start + 86_400
        else { continue }
        var rows = Rows()
        for result in results { try rows.append(result.bytes) }
        expected += rows.map(Array.init)
      }
    }
  }
  promise(page.days.flatMap { $0.rows.map(Array.init) } == expected, "other rows than the page has")
}

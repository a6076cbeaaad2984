import Spend
import Staging

/// The lists of names that a history was made from, as its record's `made_from` tells them.
///
/// There are four lists a day for as long as there is history, and a run of one more day should not cost what a year
/// costs. So those of a month long over are told together.
struct TakenLists {
  /// Where the lists of one kind and day lie.
  struct Place: Hashable {
    let dataset: String
    let day: Day
  }

  private struct MonthPlace: Hashable {
    let dataset: String
    let month: Month
  }

  private let organization: String
  /// Digests by the file's name, which says in which of the day's rounds it was fetched.
  private var digests: [Place: [String: String]] = [:]
  private var months: [MonthPlace: TakenMonth] = [:]

  init(organization: String) { self.organization = organization }

  /// - Parameter madeFrom: as ``madeFrom`` gives it. What is not understood is left out, so that its lists count as not
  ///   taken in.
  init(organization: String, madeFrom: [String: String]) {
    self.organization = organization
    for (key, text) in madeFrom {
      guard let dataset = Layout.value(of: "dataset", in: key), let date = Layout.value(of: "date", in: key)
      else { continue }
      if let day = Day(date), let slash = key.lastIndex(of: "/") {
        note(String(key[key.index(after: slash)...]), text, at: Place(dataset: String(dataset), day: day))
      } else if let month = Month(date) {
        months[MonthPlace(dataset: String(dataset), month: month)] = TakenMonth(text)
      }
    }
  }

  /// The newest day of a list that is told by itself.
  var lastDay: Day? { digests.keys.lazy.map(\.day).max() }

  func contains(_ place: Place) -> Bool {
    if digests[place] != nil { return true }
    let month = months[MonthPlace(dataset: place.dataset, month: place.day.month)]
    return month?.days.contains(place.day.civil.day) ?? false
  }

  /// nil as well where the list is told together with others.
  func digest(of file: String, at place: Place) -> String? { digests[place]?[file] }

  mutating func note(_ file: String, _ digest: String, at place: Place) {
    digests[place, default: [:]][file] = digest
  }

  /// Tells the lists of each month together that ended before a day. None of them may come one by one again.
  mutating func close(before day: Day) {
    let closed = digests.filter { $0.key.day.month.end <= day }
    let byMonth = Dictionary(grouping: closed) {
      MonthPlace(dataset: $0.key.dataset, month: $0.key.day.month)
    }
    for (month, lists) in byMonth {
      months[month] = TakenMonth(
        days: lists.map(\.key.day.civil.day),
        files: lists.flatMap { place, files in files.map { (path($0.key, at: place), $0.value) } })
      for (place, _) in lists { digests[place] = nil }
    }
  }

  /// Path and digest of each file; for a month that is told together the path up to it, and ``TakenMonth/text``.
  var madeFrom: [String: String] {
    var texts: [String: String] = [:]
    for (place, month) in months {
      let folder = Layout.rawDataset(organization: organization, dataset: place.dataset)
      texts["\(folder)/date=\(place.month)"] = month.text
    }
    for (place, files) in digests {
      for (file, digest) in files { texts[path(file, at: place)] = digest }
    }
    return texts
  }

  private func path(_ file: String, at place: Place) -> String {
    Layout.raw(organization: organization, dataset: place.dataset, day: place.day) + "/" + file
  }
}

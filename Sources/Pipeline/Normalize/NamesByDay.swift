import Spend
import Staging

/// The names that hold on each day, made once for each stretch of days without a change.
struct NamesByDay {
  /// The names of a day, and what changes exactly when they do.
  struct Names: Sendable {
    let book: NameBook
    let digest: String
  }

  private let history: NameHistory
  private let changes: [Day]
  private var stretches: [Int: Names] = [:]

  init(_ history: NameHistory) {
    self.history = history
    changes = history.changes
  }

  /// The names of a day.
  mutating func book(on day: Day) -> Names {
    let stretch = changes.filter { $0 <= day }.count
    if let known = stretches[stretch] { return known }
    let book = history.book(on: day)
    let names = Names(book: book, digest: book.digest)
    stretches[stretch] = names
    return names
  }
}

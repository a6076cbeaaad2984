import Spend
import Staging

/// The names that hold on each day, made once for each stretch of days without a change.
final class NamesByDay {
  private let history: NameHistory
  private let changes: [Day]
  private var books: [Int: (NameBook, String)] = [:]

  init(_ history: NameHistory) {
    self.history = history
    changes = history.changes
  }

  /// The names of a day and their digest.
  func book(on day: Day) -> (NameBook, String) {
    let stretch = changes.filter { $0 <= day }.count
    if let known = books[stretch] { return known }
    let book = history.book(on: day)
    books[stretch] = (book, book.digest)
    return (book, book.digest)
  }
}

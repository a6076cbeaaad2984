import Spend
import Staging

/// How many days of a service go into one request, so that pages stay of a size.
///
/// A request for seven days of 50,000 rows is answered with 250 MB. How large a day is is told by the days that are
/// there already; where none is, by the first one that is fetched.
struct PageSize {
  /// The most days asked for at once (`extract.days_per_request`).
  let maximum: Int
  /// The most rows of any day known; nil where none is.
  private(set) var rowsPerDay: Int?

  /// Rows that one page should hold: some 8 MB.
  private static let rows = 10_000
  /// Bytes of one row as the API writes it.
  private static let bytesPerRow = 800

  init(maximum: Int) { self.maximum = maximum }

  mutating func note(rows: Int) { rowsPerDay = max(rowsPerDay ?? 0, rows) }

  /// Days of one request; one where nothing is known yet.
  var days: Int {
    guard let rowsPerDay else { return 1 }
    return max(1, min(maximum, Self.rows / max(1, rowsPerDay)))
  }

  /// What one page is expected to take, in bytes.
  var expectedBytes: Int { (rowsPerDay ?? 0) * days * Self.bytesPerRow }
}

import Pipeline
import Spend
import Staging

/// Prints how much past days moved after they were first delivered.
struct LagOutput {
  let format: DiffFormat

  static let header = [
    "organization", "day", "currency", "first_delivered", "first", "last_delivered", "last", "moved",
    "versions",
    "settled_after_days",
  ]

  static func row(_ movement: DeliveryLag.Movement) -> [String] {
    [
      movement.organization, movement.day.description, movement.currency, movement.firstDelivered,
      movement.first.description, movement.lastDelivered, movement.last.description,
      movement.difference.description,
      "\(movement.versions)", movement.settledAfterDays.map { "\($0)" } ?? "",
    ]
  }

  private static let numbers: Set<Int> = [4, 6, 7, 8, 9]

  static let ageHeader = [
    "currency", "days_after_end", "days_changed", "moved", "size_of_changes", "largest_change",
  ]

  static func row(_ age: DeliveryLag.AgeMovement) -> [String] {
    [
      age.currency, "\(age.age)", "\(age.days)", age.moved.description, age.size.description,
      age.largest.description,
    ]
  }

  private static let ageNumbers: Set<Int> = [1, 2, 3, 4, 5]

  /// - Parameter byAge: in place of one row a day, one for each age at which days changed. Tables have both.
  func print(_ movements: [DeliveryLag.Movement], byAge: Bool) throws {
    let days = [Self.header] + movements.map(Self.row)
    let ages = [Self.ageHeader] + DeliveryLag.byAge(movements).map(Self.row)
    let shown = byAge ? ages : days
    var text = ""
    switch format {
    case .table, .markdown:
      let table = format == .table ? TextTable.aligned : TextTable.markdown
      if !byAge { text += lines(table(days, Self.numbers)) + "\n" }
      text +=
        ages.count > 1 ? lines(table(ages, Self.ageNumbers)) : "no day changed after it was first delivered\n"
    case .csv: text = DiffCSV.rows(shown)
    case .json:
      text = lines(shown.dropFirst().map { row in JSONLine.object(zip(shown[0], row).map { ($0, $1) }) })
    }
    try StandardStreams.writeSummary(text)
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

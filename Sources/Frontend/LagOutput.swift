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

  func print(_ movements: [DeliveryLag.Movement]) throws {
    let rows = [Self.header] + movements.map(Self.row)
    let numbers: Set<Int> = [4, 6, 7, 8, 9]
    switch format {
    case .table: write(TextTable.aligned(rows, rightAligned: numbers))
    case .markdown: write(TextTable.markdown(rows, rightAligned: numbers))
    case .csv: StandardStreams.writeOutput(DiffCSV.lag(movements))
    case .json:
      for movement in movements {
        let fields = zip(Self.header, Self.row(movement)).map { ($0, $1) }
        write([JSONLine.object(fields)])
      }
    }
  }

  private func write(_ lines: [String]) {
    StandardStreams.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}

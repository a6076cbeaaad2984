import Spend
import Staging

/// The control figures of a run: what each stage adds about a day ends up in one entry.
struct FigureTable {
  private struct Key: Hashable, Comparable {
    var organization: String
    var day: Day
    static func < (left: Key, right: Key) -> Bool {
      (left.organization, left.day) < (right.organization, right.day)
    }
  }
  private var entries: [Key: ControlFigures] = [:]

  mutating func add(_ figures: ControlFigures) {
    let key = Key(organization: figures.organization, day: figures.day)
    var entry = entries[key] ?? ControlFigures(organization: key.organization, day: key.day)
    entry.api = figures.api ?? entry.api
    entry.costLines = figures.costLines ?? entry.costLines
    entry.charges = figures.charges ?? entry.charges
    entry.delivered = figures.delivered ?? entry.delivered
    entries[key] = entry
  }

  /// By organization and day.
  var all: [ControlFigures] { entries.sorted { $0.key < $1.key }.map(\.value) }

  /// Sums of the last step taken, by organization and currency.
  var totals: [String: [String: String]] {
    var sums: [String: ControlTotals] = [:]
    for entry in entries.values {
      guard let last = entry.steps.last else { continue }
      sums[entry.organization, default: ControlTotals()] += last.totals
    }
    return sums.mapValues(\.texts)
  }
}

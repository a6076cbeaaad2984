import Spend

/// The money of one group and currency on both sides.
public struct DiffTotal: Sendable {
  public let grouping: DiffGrouping
  /// The group's id; nil for charges that have none.
  public let key: String?
  /// What the id is called, as the later side has it.
  public let name: String?
  public let currency: String
  public let before: ExactDecimal
  public let after: ExactDecimal

  /// After less before.
  public var difference: ExactDecimal { after - before }
}

/// Adds up both sides of a comparison, group by group.
struct DiffTotals {
  private struct Key: Hashable {
    let grouping: DiffGrouping
    let key: String?
    let currency: String
  }
  private struct Sums {
    var name: String?
    var before = ExactDecimal.zero
    var after = ExactDecimal.zero
  }

  enum Side { case before, after, both }

  let groupings: [DiffGrouping]
  private var sums: [Key: Sums] = [:]

  init(_ groupings: [DiffGrouping]) { self.groupings = groupings }

  /// Adds what one side's day comes to.
  mutating func add(_ sums: GroupSums, _ texts: TextNumbers, on side: Side) {
    sums.forEachGroup(texts) { grouping, key, name, currency, sum in
      add(sum, grouping, key, name: name, currency: currency, on: side)
    }
  }

  mutating func add(
    _ cost: ExactDecimal, _ grouping: DiffGrouping, _ key: String?, name: String?, currency: String,
    on side: Side
  ) {
    let key = Key(grouping: grouping, key: key, currency: currency)
    if side != .after { sums[key, default: Sums()].before += cost }
    if side != .before { sums[key, default: Sums()].after += cost }
    if let name, side != .before || sums[key]?.name == nil { sums[key]?.name = name }
  }

  /// Grouping by grouping; the largest differences first, then the largest sums.
  var all: [DiffTotal] {
    let totals = sums.map { key, sums in
      DiffTotal(
        grouping: key.grouping, key: key.key, name: sums.name, currency: key.currency, before: sums.before,
        after: sums.after)
    }
    return groupings.flatMap { grouping in
      totals.filter { $0.grouping == grouping }.sorted(by: Self.precedes)
    }
  }

  private static func precedes(_ left: DiffTotal, _ right: DiffTotal) -> Bool {
    if left.grouping == .day { return (left.key ?? "", left.currency) < (right.key ?? "", right.currency) }
    let (one, other) = (left.difference.magnitude, right.difference.magnitude)
    if one != other { return one > other }
    let (sum, otherSum) = (left.after.magnitude, right.after.magnitude)
    if sum != otherSum { return sum > otherSum }
    return (left.key ?? "", left.currency) < (right.key ?? "", right.currency)
  }
}

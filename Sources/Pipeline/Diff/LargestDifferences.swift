/// Keeps the largest of many differences, and counts the others.
public struct LargestDifferences: Sendable {
  public let limit: Int
  /// The largest first; equal ones by identity. Amounts of different currencies are ordered by their numbers alone.
  public private(set) var kept: [ChargeDifference] = []
  public private(set) var left = 0

  public init(limit: Int) { self.limit = limit }

  public mutating func add(_ difference: ChargeDifference) {
    if kept.count == limit {
      left += 1
      guard let last = kept.last, Self.precedes(difference, last) else { return }
      kept.removeLast()
    }
    var (low, high) = (0, kept.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(kept[middle], difference) { low = middle + 1 } else { high = middle }
    }
    kept.insert(difference, at: low)
  }

  private static func precedes(_ left: ChargeDifference, _ right: ChargeDifference) -> Bool {
    let (one, other) = (left.difference.magnitude, right.difference.magnitude)
    return one == other ? left.identity < right.identity : one > other
  }
}

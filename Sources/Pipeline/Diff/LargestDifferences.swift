import Spend

/// Keeps the largest of many differences, and counts the others.
public struct LargestDifferences: Sendable {
  public let limit: Int
  /// The largest first; equal ones by identity. Amounts of different currencies are ordered by their numbers alone.
  public private(set) var kept: [ChargeDifference] = []
  public private(set) var left = 0
  /// Of `kept`, so that most differences are turned away by one comparison.
  private var magnitudes: [ExactDecimal] = []

  public init(limit: Int) { self.limit = limit }

  public mutating func add(_ found: FoundDifference) {
    let magnitude = found.difference.magnitude
    if kept.count == limit {
      left += 1
      guard let least = magnitudes.last, let last = kept.last, least <= magnitude,
        least < magnitude || found.identity < last.identity
      else { return }
    }
    let difference = found.charge
    var (low, high) = (0, kept.count)
    while low < high {
      let middle = (low + high) / 2
      let isBehind =
        magnitudes[middle] == magnitude
        ? kept[middle].identity < difference.identity : magnitudes[middle] > magnitude
      if isBehind { low = middle + 1 } else { high = middle }
    }
    if low == limit { return }
    kept.insert(difference, at: low)
    magnitudes.insert(magnitude, at: low)
    if kept.count > limit {
      kept.removeLast()
      magnitudes.removeLast()
    }
  }
}

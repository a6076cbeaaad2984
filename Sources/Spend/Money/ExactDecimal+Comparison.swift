internal import BigInt

extension ExactDecimal: Comparable {
  public static func == (lhs: ExactDecimal, rhs: ExactDecimal) -> Bool { order(lhs, rhs) == 0 }

  public static func < (lhs: ExactDecimal, rhs: ExactDecimal) -> Bool { order(lhs, rhs) < 0 }

  /// −1, 0 or 1 as `lhs` is below, equal to or above `rhs`, by value.
  private static func order(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> Int {
    if case .compact(let a, let aExponent) = lhs.storage,
      case .compact(let b, let bExponent) = rhs.storage,
      let (x, y) = aligned(a, aExponent, b, bExponent)
    {
      return x < y ? -1 : x == y ? 0 : 1
    }
    let (leftSign, rightSign) = (lhs.signum, rhs.signum)
    if leftSign != rightSign { return leftSign < rightSign ? -1 : 1 }
    if leftSign == 0 { return 0 }
    // Values that start at different places differ, and need not be written out to the finer exponent.
    let (left, right) = (lhs.firstPlace, rhs.firstPlace)
    if left != right { return left < right ? -leftSign : leftSign }
    let (a, b, _) = wideAligned(lhs, rhs)
    return a < b ? -1 : a == b ? 0 : 1
  }

  /// −1, 0 or 1.
  private var signum: Int { isZero ? 0 : isNegative ? -1 : 1 }
}

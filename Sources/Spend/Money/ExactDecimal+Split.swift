internal import BigInt

extension ExactDecimal {
  /// Shares the value out in proportion to `weights`, by largest remainder (DESIGN C8).
  ///
  /// The parts are whole multiples of a quantum, a power of ten, and their sum is exactly the value: each
  /// part is its exact share rounded towards zero, and the quanta left over go one each to the largest
  /// remainders, the first of equals first. The result depends on the arguments only, a larger weight
  /// never gets a smaller part (of a negative value: never one nearer to zero), and weight 0 gets 0.
  ///
  /// - Parameters:
  ///   - weights: none of them negative.
  ///   - decimalPlaces: the quantum is 10^-decimalPlaces, or the place of the value's own last digit where
  ///     that is finer. Without it the quantum is the finer of the value's last place and the one at which
  ///     the smallest part still has 12 significant digits.
  /// - Returns: one part for each weight; nil where the weights sum to 0 or one of them is negative.
  public func split(by weights: [ExactDecimal], decimalPlaces: Int? = nil) -> [ExactDecimal]? {
    guard !weights.contains(where: \.isNegative) else { return nil }
    let total = weights.reduce(into: ExactDecimal.zero, +=)
    guard !total.isZero, let least = weights.lazy.filter({ !$0.isZero }).min() else { return nil }
    if isZero { return weights.map { _ in .zero } }
    let quantum =
      if let decimalPlaces {
        min(lastPlace, -decimalPlaces)
      } else {
        // The smallest share starts at this place or above.
        min(lastPlace, firstPlace + least.firstPlace - total.firstPlace - 1 - 11)
      }
    let unit = weights.map(\.lastPlace).min() ?? 0
    let amounts =
      Self.narrowShares(of: self, by: weights, total: total, quantum: quantum, unit: unit)
      ?? Self.wideShares(of: self, by: weights, total: total, quantum: quantum, unit: unit)
    return isNegative ? amounts.map { -$0 } : amounts
  }

  /// Shares the value out in proportion to counts, such as tokens; see the other form for the rules.
  public func split(by weights: [some BinaryInteger], decimalPlaces: Int? = nil) -> [ExactDecimal]? {
    split(by: weights.map { ExactDecimal($0) }, decimalPlaces: decimalPlaces)
  }

  private static func narrowShares(
    of value: ExactDecimal, by weights: [ExactDecimal], total: ExactDecimal, quantum: Int, unit: Int
  ) -> [ExactDecimal]? {
    guard let quanta = value.narrowMagnitude(inUnitsOf: quantum),
      let totalWeight = total.narrowMagnitude(inUnitsOf: unit)
    else { return nil }
    let narrow = weights.compactMap { $0.narrowMagnitude(inUnitsOf: unit) }
    guard narrow.count == weights.count else { return nil }
    let shares = largestRemainder(quanta, narrow) { quanta, weight in
      // weight ≤ total, so the quotient is at most `quanta` and cannot overflow, unless they are equal.
      weight == totalWeight
        ? (quanta, 0) : totalWeight.dividingFullWidth(quanta.multipliedFullWidth(by: weight))
    }
    return shares.map { ExactDecimal($0).shifted(by: quantum) }
  }

  private static func wideShares(
    of value: ExactDecimal, by weights: [ExactDecimal], total: ExactDecimal, quantum: Int, unit: Int
  ) -> [ExactDecimal] {
    let totalWeight = total.wideMagnitude(inUnitsOf: unit)
    let shares = largestRemainder(
      value.wideMagnitude(inUnitsOf: quantum), weights.map { $0.wideMagnitude(inUnitsOf: unit) }
    ) { quanta, weight in (quanta * weight).quotientAndRemainder(dividingBy: totalWeight) }
    return shares.map { ExactDecimal(wide: BigInt($0), exponent: quantum) }
  }

  /// Shares of `quanta` that sum to it exactly; `exactShare` gives quotient and remainder of one of them.
  private static func largestRemainder<Integer: UnsignedInteger>(
    _ quanta: Integer, _ weights: [Integer],
    exactShare: (Integer, Integer) -> (quotient: Integer, remainder: Integer)
  ) -> [Integer] {
    let exact = weights.map { exactShare(quanta, $0) }
    var shares = exact.map(\.quotient)
    // Fewer quanta are left than there are remainders, so the count fits an Int.
    let left = Int(truncatingIfNeeded: quanta - shares.reduce(0, +))
    if left == 0 { return shares }
    let byRemainder = exact.indices.sorted { a, b in
      exact[a].remainder != exact[b].remainder ? exact[a].remainder > exact[b].remainder : a < b
    }
    for index in byRemainder.prefix(left) { shares[index] += 1 }
    return shares
  }

  /// The magnitude in units of 10^place, a place not above the last digit; nil beyond 127 bits.
  private func narrowMagnitude(inUnitsOf place: Int) -> UInt128? {
    guard case .compact(let significand, let exponent) = canonical.storage else { return nil }
    if significand == 0 { return 0 }
    guard let power = PowersOfTen.small(exponent - place) else { return nil }
    let (scaled, overflow) = significand.magnitude.multipliedReportingOverflow(by: power.magnitude)
    return overflow || scaled > Int128.max.magnitude ? nil : scaled
  }

  /// The magnitude in units of 10^place, a place not above the last digit.
  private func wideMagnitude(inUnitsOf place: Int) -> BigUInt {
    if isZero { return 0 }
    let (significand, exponent) = canonical.bigParts
    return significand.magnitude * PowersOfTen.big(exponent - place)
  }
}

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
    if let magnitudes = Self.magnitudes(weights),
      let shares = shares(by: magnitudes, decimalPlaces: decimalPlaces)
    {
      return shares.values
    }
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
    let amounts = Self.wideShares(of: self, by: weights, total: total, quantum: quantum, unit: unit)
    return isNegative ? amounts.map { -$0 } : amounts
  }

  /// Shares the value out in proportion to counts, such as tokens; see the other form for the rules.
  public func split(by weights: [some BinaryInteger], decimalPlaces: Int? = nil) -> [ExactDecimal]? {
    split(by: weights.map { ExactDecimal($0) }, decimalPlaces: decimalPlaces)
  }

  /// The magnitudes of weights in units of their finest last place; nil where one is negative or beyond 128 bits.
  static func magnitudes(_ weights: [ExactDecimal]) -> [UInt128]? {
    var finest = Int.max
    for weight in weights {
      guard case .compact(let significand, let exponent) = weight.storage, significand >= 0 else {
        return nil
      }
      // A zero has no exponent of its own.
      if significand != 0 { finest = min(finest, exponent) }
    }
    var magnitudes: [UInt128] = []
    magnitudes.reserveCapacity(weights.count)
    for weight in weights {
      guard case .compact(let significand, let exponent) = weight.storage else { return nil }
      if significand == 0 || exponent == finest {
        magnitudes.append(significand.magnitude)
      } else {
        guard let power = PowersOfTen.small(exponent - finest) else { return nil }
        let (scaled, overflow) = significand.magnitude.multipliedReportingOverflow(by: power.magnitude)
        if overflow { return nil }
        magnitudes.append(scaled)
      }
    }
    return magnitudes
  }

  /// ``split(by:decimalPlaces:)`` in 128 bits: the path that nearly every cost line takes; nil where that is too few,
  /// and where all weights are 0.
  func shares(by weights: [UInt128], decimalPlaces: Int? = nil) -> ExactShares? {
    var (total, least, largest): (UInt128, UInt128, UInt128) = (0, .max, 0)
    for weight in weights where weight > 0 {
      let (sum, overflow) = total.addingReportingOverflow(weight)
      if overflow { return nil }
      (total, least, largest) = (sum, min(least, weight), max(largest, weight))
    }
    if total == 0 { return nil }
    if isZero {
      return ExactShares(magnitudes: weights.map { _ in 0 }, exponent: 0, isNegative: false)
    }
    // The smallest share starts at its first place or one above; twelve digits from there on.
    let finest =
      decimalPlaces.map { -$0 }
      ?? firstPlace + PowersOfTen.digitCount(least) - PowersOfTen.digitCount(total) - 1 - 11
    let quantum = min(lastPlace, finest)
    guard let quanta = narrowMagnitude(inUnitsOf: quantum) else { return nil }
    let shares: [UInt128]
    if quanta <= UInt128(UInt64.max), total <= UInt128(UInt64.max) {
      shares = Self.largestRemainder(UInt64(quanta), weights, total: UInt64(total))
    } else if !quanta.multipliedReportingOverflow(by: largest).overflow {
      shares = Self.largestRemainder(quanta, weights) { quanta, weight in
        (quanta &* weight).quotientAndRemainder(dividingBy: total)
      }
    } else {
      shares = Self.largestRemainder(quanta, weights) { quanta, weight in
        // weight ≤ total, so the quotient is at most `quanta` and cannot overflow, unless they are equal.
        weight == total ? (quanta, 0) : total.dividingFullWidth(quanta.multipliedFullWidth(by: weight))
      }
    }
    return ExactShares(magnitudes: shares, exponent: quantum, isNegative: isNegative)
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

  /// Shares of `quanta` by weights that sum to `total`: the path that nearly every cost line takes.
  private static func largestRemainder(_ quanta: UInt64, _ weights: [UInt128], total: UInt64) -> [UInt128] {
    var (shares, remainders): ([UInt128], [UInt64]) = ([], [])
    shares.reserveCapacity(weights.count)
    remainders.reserveCapacity(weights.count)
    var left = quanta
    for weight in weights {
      let product = quanta.multipliedFullWidth(by: UInt64(truncatingIfNeeded: weight))
      // weight ≤ total, so the quotient is at most `quanta` and fits.
      let (share, remainder) =
        product.high == 0
        ? product.low.quotientAndRemainder(dividingBy: total) : total.dividingFullWidth(product)
      shares.append(UInt128(share))
      remainders.append(remainder)
      left &-= share
    }
    handOut(Int(truncatingIfNeeded: left), to: &shares, by: remainders)
    return shares
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
    handOut(left, to: &shares, by: exact.map(\.remainder))
    return shares
  }

  /// Gives one more quantum each to the shares with the largest remainders, the first of equals first.
  private static func handOut<Integer: UnsignedInteger, Remainder: Comparable>(
    _ left: Int, to shares: inout [Integer], by remainders: [Remainder]
  ) {
    if left == 0 { return }
    // Where the last quantum goes; who has more than that gets one, then the first.
    let least = remainders.element(sortedAt: remainders.count - left)
    var open = left
    for index in remainders.indices where remainders[index] > least {
      shares[index] += 1
      open -= 1
    }
    for index in remainders.indices where open > 0 && remainders[index] == least {
      shares[index] += 1
      open -= 1
    }
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

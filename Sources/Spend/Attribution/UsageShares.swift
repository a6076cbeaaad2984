/// A cost line split by share of usage, in columns (DESIGN C8).
///
/// Amounts, quantities and ratios are in proportion to the weights, and each sums to the whole exactly. Quantities are
/// split first, in whole units where the whole is whole, and amounts in proportion to them, so that
/// price × quantity = cost holds for every part as it does for the whole.
struct UsageShares: Sendable {
  /// Who is known to be behind a cost line, and who is not.
  struct Behind: Sendable {
    /// In the order of keys and users.
    let known: [UsageMatcher.Share]
    /// What each of them is: a key or a principal.
    let targets: [Allocation.Target]
    /// The weight of usage that nobody is known for.
    let unknown: ExactDecimal
    /// The unit of the usage.
    let unit: String

    var weights: [ExactDecimal] {
      known.map { ExactDecimal($0.weight) } + (unknown.isZero ? [] : [unknown])
    }

    /// The part at a position; the one behind those that are known is what there is no usage for.
    func part(
      _ index: Int, of line: CostLine, amount: ExactDecimal, quantity: ExactDecimal?, ratio: ExactDecimal
    ) -> Attributor.Part {
      guard index < known.count else {
        return Attributor.Part(
          person: .named(apiKeyID: line.apiKeyID, userID: nil), method: .unattributed, amount: amount,
          quantity: quantity, allocation: Allocation(target: .nobody, ratio: ratio, usage: nil, unit: nil))
      }
      return Attributor.Part(
        // A cost line that names a key has usage of that key alone behind it.
        person: .user(Int(known[index].user)), method: .usageShare, amount: amount, quantity: quantity,
        allocation: Allocation(
          target: targets[index], ratio: ratio, usage: ExactDecimal(known[index].usage), unit: unit))
    }
  }

  let behind: Behind
  /// One for each that is known, and where there is a rest, one more.
  let amounts: ExactShares
  let quantities: ExactShares?
  let ratios: ExactShares

  private static let ratioPlaces = 12

  /// - Returns: nil where a number needs more than 128 bits, and where there is nothing to split by: see
  ///   ``parts(of:_:)``.
  init?(of line: CostLine, _ behind: Behind) {
    guard let weights = ExactDecimal.magnitudes(behind.weights),
      let ratios = ExactDecimal(1).shares(by: weights, decimalPlaces: Self.ratioPlaces)
    else { return nil }
    var quantities: ExactShares?
    if let quantity = line.quantity {
      quantities = quantity.shares(by: weights, decimalPlaces: quantity.isInteger ? 0 : nil)
      if quantities == nil { return nil }
    }
    let proportion = quantities.flatMap { $0.isZero ? nil : $0.magnitudes } ?? weights
    guard let amounts = line.amount.shares(by: proportion) else { return nil }
    self.behind = behind
    self.amounts = amounts
    self.quantities = quantities
    self.ratios = ratios
  }

  /// The parts one by one.
  func parts(of line: CostLine) -> [Attributor.Part] { amounts.magnitudes.indices.map { part($0, of: line) } }

  /// What there is no usage for.
  func rest(of line: CostLine) -> Attributor.Part? {
    behind.unknown.isZero ? nil : part(behind.known.count, of: line)
  }

  private func part(_ index: Int, of line: CostLine) -> Attributor.Part {
    behind.part(
      index, of: line, amount: amounts[index], quantity: quantities?[index], ratio: ratios[index])
  }

  /// The same for numbers of any size; nil where all weights are 0.
  static func parts(of line: CostLine, _ behind: Behind) -> [Attributor.Part]? {
    let weights = behind.weights
    guard let ratios = ExactDecimal(1).split(by: weights, decimalPlaces: ratioPlaces) else { return nil }
    let quantities = line.quantity.flatMap { $0.split(by: weights, decimalPlaces: $0.isInteger ? 0 : nil) }
    guard
      let amounts = quantities.flatMap({ line.amount.split(by: $0) }) ?? line.amount.split(by: weights)
    else { return nil }
    return weights.indices.map { index in
      behind.part(
        index, of: line, amount: amounts[index], quantity: quantities?[index], ratio: ratios[index])
    }
  }
}

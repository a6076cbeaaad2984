import Spend
import Staging

/// Finds what differs between the charges of one day on two sides.
///
/// Hot path: a difference is two places in the arrays; what it says is put together where somebody asks.
final class DayComparison {
  let before: DayCharges
  let after: DayCharges
  /// The texts of both sides; the numbers are those of `before` and then new ones.
  private let texts: TextNumbers
  /// What each text of `after` is called in `texts`.
  private let translated: [Int32]
  /// Where the texts stand among all, sorted by their bytes.
  private let ranks: [Int32]

  init(_ before: DayCharges, _ after: DayCharges) {
    self.before = before
    self.after = after
    var texts = before.texts
    translated = after.texts.texts.map { texts.number(of: $0) }
    self.texts = texts
    var ranks = [Int32](repeating: 0, count: texts.texts.count)
    let order = texts.texts.indices.sorted {
      texts.texts[$0].utf8.lexicographicallyPrecedes(texts.texts[$1].utf8)
    }
    for (rank, number) in order.enumerated() { ranks[number] = Int32(rank) }
    self.ranks = ranks
  }

  /// One side's place of a difference, -1 where it has none, and what differs.
  struct Pair {
    let before: Int32
    let after: Int32
    let aspects: UInt8
  }

  /// What differs, in the order of identities; and how many charges are the same.
  func differences(_ options: DiffOptions) -> (pairs: [Pair], same: Int) {
    var pairs: [Pair] = []
    var same = 0
    var isMatched = [Bool](repeating: false, count: before.count)
    var key = [Int32](repeating: 0, count: DayCharges.keyWidth)
    for new in 0..<after.count {
      for offset in key.indices { key[offset] = translate(after.keys[new * DayCharges.keyWidth + offset]) }
      guard let old = key.withUnsafeBufferPointer({ before.known($0) }) else {
        if isNothing(after.costs[new], options) {
          same += 1
        } else {
          pairs.append(Pair(before: -1, after: Int32(new), aspects: 0))
        }
        continue
      }
      isMatched[old] = true
      let aspects = aspects(old, new, options)
      if aspects == 0 {
        same += 1
      } else {
        pairs.append(Pair(before: Int32(old), after: Int32(new), aspects: aspects))
      }
    }
    for old in 0..<before.count where !isMatched[old] {
      if isNothing(before.costs[old], options) {
        same += 1
      } else {
        pairs.append(Pair(before: Int32(old), after: -1, aspects: 0))
      }
    }
    pairs.sort(by: precedes)
    return (pairs, same)
  }

  /// A charge on one side only counts as none where a tolerance is given and it is within it.
  private func isNothing(_ cost: ExactDecimal, _ options: DiffOptions) -> Bool {
    !options.tolerance.isZero && options.isWithinTolerance(cost)
  }

  /// A bit for each aspect that differs, in the order of ``ChargeDifference/Aspect``.
  private func aspects(_ old: Int, _ new: Int, _ options: DiffOptions) -> UInt8 {
    var aspects: UInt8 = 0
    if !options.isWithinTolerance(after.costs[new] - before.costs[old]) { aspects |= 1 }
    if !hasEqualQuantities(old, new) { aspects |= 2 }
    for offset in 0..<DayCharges.nameCount
    where before.names[old * DayCharges.nameCount + offset]
      != translate(after.names[new * DayCharges.nameCount + offset])
    {
      aspects |= 4
      break
    }
    return aspects
  }

  private func hasEqualQuantities(_ old: Int, _ new: Int) -> Bool {
    if before.otherQuantities.isEmpty, after.otherQuantities.isEmpty {
      return before.units[old] == translate(after.units[new])
        && before.quantities[old] == after.quantities[new]
    }
    return quantities(of: before, old, \.self) == quantities(of: after, new, translate)
  }

  private func translate(_ number: Int32) -> Int32 { number < 0 ? number : translated[Int(number)] }

  private func precedes(_ left: Pair, _ right: Pair) -> Bool {
    for offset in 0..<DayCharges.keyWidth {
      let (one, other) = (number(left, offset), number(right, offset))
      if one != other { return rank(one) < rank(other) }
    }
    return false
  }

  /// Null comes last.
  private func rank(_ number: Int32) -> Int32 { number < 0 ? .max : ranks[Int(number)] }

  /// The number of one part of a difference's identity.
  private func number(_ pair: Pair, _ offset: Int) -> Int32 {
    pair.before >= 0
      ? before.keys[Int(pair.before) * DayCharges.keyWidth + offset]
      : translate(after.keys[Int(pair.after) * DayCharges.keyWidth + offset])
  }
}

extension DayComparison {
  func identity(_ pair: Pair) -> ChargeIdentity {
    ChargeIdentity((0..<DayCharges.keyWidth).map { texts[number(pair, $0)] })
  }

  /// After less before.
  func difference(_ pair: Pair) -> ExactDecimal {
    (pair.after >= 0 ? after.costs[Int(pair.after)] : .zero)
      - (pair.before >= 0 ? before.costs[Int(pair.before)] : .zero)
  }

  func stateBefore(_ pair: Pair) -> ChargeDifference.State? {
    pair.before < 0 ? nil : state(of: before, Int(pair.before)) { $0 }
  }

  func stateAfter(_ pair: Pair) -> ChargeDifference.State? {
    pair.after < 0 ? nil : state(of: after, Int(pair.after), translate)
  }

  private func state(
    of charges: DayCharges, _ index: Int, _ translate: (Int32) -> Int32
  ) -> ChargeDifference.State {
    func name(_ offset: Int) -> String? {
      texts[translate(charges.names[index * DayCharges.nameCount + offset])]
    }
    let quantities = quantities(of: charges, index, translate).map { (texts[$0.key] ?? "", $0.value) }
    return ChargeDifference.State(
      cost: charges.costs[index], quantities: Dictionary(quantities, uniquingKeysWith: { $1 }),
      names: ChargeDifference.Names(
        billingAccount: name(0), subAccount: name(1), credential: name(2), principal: name(3),
        allocatedResource: name(4)))
  }

  private func quantities(
    of charges: DayCharges, _ index: Int, _ translate: (Int32) -> Int32
  ) -> [Int32: ExactDecimal] {
    guard charges.units[index] != DayCharges.null else { return [:] }
    var quantities = [translate(charges.units[index]): charges.quantities[index]]
    for (unit, quantity) in charges.otherQuantities[Int32(index)] ?? [:] {
      quantities[translate(unit)] = quantity
    }
    return quantities
  }
}

/// One difference as it is found: what it says is put together only where it is asked for.
///
/// It holds on to the charges of its day; keep ``charge`` and not this.
public struct FoundDifference {
  let comparison: DayComparison
  let pair: DayComparison.Pair

  public var kind: ChargeDifference.Kind {
    pair.before < 0 ? .added : pair.after < 0 ? .removed : .changed
  }
  public var aspects: [ChargeDifference.Aspect] {
    zip(ChargeDifference.Aspect.allCases, 0...).filter { pair.aspects & (1 << UInt8($1)) != 0 }.map(\.0)
  }
  public var identity: ChargeIdentity { comparison.identity(pair) }
  /// After less before.
  public var difference: ExactDecimal { comparison.difference(pair) }
  /// Whether only names differ: the money and what it bought are the same.
  public var isRename: Bool { pair.aspects == 4 }

  /// All of it.
  public var charge: ChargeDifference {
    ChargeDifference(
      kind: kind, aspects: aspects, identity: identity, before: comparison.stateBefore(pair),
      after: comparison.stateAfter(pair))
  }
}

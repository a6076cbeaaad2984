import Spend
import Staging

/// The charges of one organization's day on one side, by identity: what a comparison holds in memory.
struct DayCharges {
  private(set) var states: [ChargeIdentity: ChargeDifference.State] = [:]

  /// Adds one charge; equal identities are added up.
  /// - Throws: ``DecimalSyntaxError``.
  mutating func add(_ charge: DeliveredFields, cost: ExactDecimal, ignoring ignored: Set<IgnoredPart>) throws
  {
    let identity = ChargeIdentity(charge, ignoring: ignored)
    var quantity: (unit: String, amount: ExactDecimal)?
    if let text = charge[.consumedQuantity], !ignored.contains(.quantity) {
      quantity = (charge[.consumedUnit] ?? "", try ExactDecimal(text))
    }
    // Hot path: the identity is hashed once.
    func add(to state: inout ChargeDifference.State) {
      state.cost += cost
      if let quantity { state.quantities[quantity.unit, default: .zero] += quantity.amount }
    }
    add(
      to: &states[
        identity,
        default: ChargeDifference.State(cost: .zero, quantities: [:], names: Self.names(charge, ignored))])
  }

  private static func names(
    _ charge: DeliveredFields, _ ignored: Set<IgnoredPart>
  ) -> ChargeDifference.Names {
    let isWhole = ignored.isDisjoint(with: [.credential, .principal])
    return ChargeDifference.Names(
      billingAccount: charge[.billingAccountName], subAccount: charge[.subAccountName],
      credential: ignored.contains(.credential) ? nil : charge[.credentialName],
      principal: ignored.contains(.principal) ? nil : charge[.principalName],
      allocatedResource: isWhole ? charge[.resourceName] : nil)
  }

  /// What differs, in the order of identities; and how many charges are the same.
  static func differences(
    _ before: DayCharges, _ after: DayCharges, _ options: DiffOptions
  ) -> (differences: [ChargeDifference], same: Int) {
    var found: [ChargeDifference] = []
    var same = 0
    for (identity, old) in before.states {
      guard let new = after.states[identity] else {
        let isSame = !options.tolerance.isZero && options.isWithinTolerance(old.cost)
        if isSame { same += 1 } else { found.append(.init(.removed, identity, before: old)) }
        continue
      }
      var aspects: [ChargeDifference.Aspect] = []
      if !options.isWithinTolerance(new.cost - old.cost) { aspects.append(.cost) }
      if new.quantities != old.quantities { aspects.append(.quantity) }
      if new.names != old.names { aspects.append(.names) }
      if aspects.isEmpty {
        same += 1
      } else {
        found.append(.init(.changed, identity, aspects, before: old, after: new))
      }
    }
    for (identity, new) in after.states where before.states[identity] == nil {
      let isSame = !options.tolerance.isZero && options.isWithinTolerance(new.cost)
      if isSame { same += 1 } else { found.append(.init(.added, identity, after: new)) }
    }
    return (found.sorted { $0.identity < $1.identity }, same)
  }
}

extension ChargeDifference {
  init(
    _ kind: Kind, _ identity: ChargeIdentity, _ aspects: [Aspect] = [], before: State? = nil,
    after: State? = nil
  ) {
    self.init(kind: kind, aspects: aspects, identity: identity, before: before, after: after)
  }
}

/// Renders the rows of one day of costs: charges grouped and summed, straight to bytes.
struct CostRows {
  /// What a cost row sums up.
  struct Sum: Sendable {
    var money: Int128 = 0
    /// nil where no line of the group has a quantity.
    var quantity: Int128?
  }

  let organization: Organization
  let query: BucketQuery
  let filter: FactFilter
  let fragments: Fragments
  let oddities: Oddities

  /// The inside of `results`.
  func render(_ facts: [Fact], shuffle: UInt64?) -> [UInt8] {
    var rollup = Rollup<Sum>()
    let mask = GroupKey(maskOf: query.dimensions)
    for fact in facts where filter.takes(fact) {
      organization.catalogue.forEachCharge(of: fact) { charge in
        guard filter.takes(line: charge.line) else { return }
        rollup.update(GroupKey(fact, label: charge.line).masked(by: mask), zero: Sum()) { sum in
          sum.money += charge.money
          if let quantity = charge.quantity { sum.quantity = (sum.quantity ?? 0) + quantity }
        }
      }
    }
    var writer = ByteWriter(capacity: rollup.groups.count * 420)
    var first = true
    for group in rollup.ordered(shuffle: shuffle) {
      if !first { writer.byte(UInt8(ascii: ",")) }
      first = false
      row(group.key, group.value, &writer)
    }
    return writer.bytes
  }

  private func row(_ key: GroupKey, _ sum: Sum, _ writer: inout ByteWriter) {
    let byProject = query.groups(by: .project)
    let byUser = query.groups(by: .user)
    let byLine = query.groups(by: .lineItem)
    writer.raw("{\"object\":\"organization.costs.result\",\"amount\":{\"value\":")
    let drawn = SplitMix64.mix(key.high &* 31 &+ key.low &+ UInt64(truncatingIfNeeded: sum.money))
    amount(sum.money, drawn, &writer)
    let nameless = oddities.has(.missingCurrency) && drawn % 11 == 0
    writer.raw(nameless ? "}" : ",\"currency\":\"usd\"}")
    writer.raw(",\"line_item\":")
    writer.raw(byLine ? fragments.value(fragments.lineItems, key.label) : Fragments.null)
    writer.raw(",\"project_id\":")
    writer.raw(byProject ? fragments.value(fragments.projects, key.project) : Fragments.null)
    writer.raw(",\"api_key_id\":")
    writer.raw(query.groups(by: .key) ? fragments.value(fragments.keys, key.key) : Fragments.null)
    writer.raw(",\"user_id\":")
    writer.raw(byUser ? fragments.value(fragments.principals, key.principal) : Fragments.null)
    writer.raw(",\"api_source\":")
    writer.raw(query.groups(by: .apiSource) ? (key.agents ? "\"agents_api\"" : "\"unlabeled\"") : "null")
    writer.raw(",\"quantity\":")
    if byLine, let quantity = sum.quantity {
      writer.raw(ScaledDecimal.text(quantity, digits: ScaledDecimal.quantityDigits))
    } else {
      writer.raw("null")
    }
    writer.raw(",\"quantity_unit\":")
    writer.raw(byLine ? fragments.units[key.label] : Fragments.null)
    if oddities.has(.undocumentedFields) {
      writer.raw(fragments.organization)
      writer.raw(",\"project_name\":")
      writer.raw(
        byProject && key.project >= 0 ? fragments.projectNames[key.project] : Fragments.null)
      writer.raw(",\"user_email\":")
      writer.raw(byUser && key.principal >= 0 ? fragments.emails[key.principal] : Fragments.null)
    }
    writer.raw("}")
  }

  /// Writes an amount in one of the forms seen on the wire; all of them are exact.
  private func amount(_ money: Int128, _ drawn: UInt64, _ writer: inout ByteWriter) {
    let long = oddities.has(.longAmounts)
    let text: [UInt8]
    if money == 0 && oddities.has(.decimalZero) {
      text = Array("0E-6176".utf8)
    } else if oddities.has(.stringAmounts) {
      let form: ScaledDecimal.Form = drawn % 2 == 0 ? .fraction(digits: 28) : .shortest
      text = ScaledDecimal.text(money, digits: ScaledDecimal.moneyDigits, form: form)
    } else {
      let form: ScaledDecimal.Form =
        switch drawn % 4 {
        case 0 where long: .fraction(digits: 28)
        case 1 where long: .significant(digits: 34)
        default: .shortest
        }
      text = ScaledDecimal.text(money, digits: ScaledDecimal.moneyDigits, form: form)
    }
    let quoted = oddities.has(.stringAmounts)
    if quoted { writer.byte(UInt8(ascii: "\"")) }
    writer.raw(text)
    if quoted { writer.byte(UInt8(ascii: "\"")) }
  }
}

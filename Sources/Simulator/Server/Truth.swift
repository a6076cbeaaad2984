/// What somebody truly spent on a day, as no endpoint tells it in full.
public struct TruthLine: Sendable, Equatable {
  /// nil for a line of the organization itself.
  public var project: String?
  public var projectName: String?
  public var lineItem: String
  public var apiKey: String?
  /// The user or service account that spent it.
  public var principal: String?
  public var principalIsServiceAccount: Bool
  /// The model as usage names it.
  public var model: String?
  public var serviceTier: String
  public var batch: Bool
  /// Dollars, exact, as decimal text.
  public var amount: String
  /// Exact, as decimal text; nil where the line counts nothing.
  public var quantity: String?
  public var quantityUnit: String?
}

/// The ground truth of one organization and day, independent of every oddity of the wire.
public struct Truth: Sendable, Equatable {
  public var organization: String
  public var day: UTCDay
  public var revision: Int
  /// The sum of all lines in dollars, as decimal text.
  public var total: String
  public var lines: [TruthLine]

  init(_ world: World, organization index: Int, day: UTCDay) {
    struct Key: Hashable {
      var group: GroupKey
      var model: Int
    }
    let organization = world.organizations[index]
    let catalogue = organization.catalogue
    var sums: [Key: CostRows.Sum] = [:]
    var total: Int128 = 0
    for fact in world.facts(index, day) {
      catalogue.forEachCharge(of: fact) { charge in
        let key = Key(group: GroupKey(fact, label: charge.line), model: fact.model)
        var sum = sums[key] ?? CostRows.Sum()
        sum.money += charge.money
        if let quantity = charge.quantity { sum.quantity = (sum.quantity ?? 0) + quantity }
        sums[key] = sum
        total += charge.money
      }
    }
    func money(_ value: Int128) -> String {
      String(decoding: ScaledDecimal.text(value, digits: ScaledDecimal.moneyDigits), as: UTF8.self)
    }
    let order = sums.sorted { ($0.key.group, $0.key.model) < ($1.key.group, $1.key.model) }
    lines = order.map { key, sum in
      let group = key.group
      let principal = group.principal < 0 ? nil : organization.principals[group.principal]
      let item = catalogue.lineItems[group.label]
      return TruthLine(
        project: group.project < 0 ? nil : organization.projects[group.project].id,
        projectName: group.project < 0 ? nil : organization.projects[group.project].name, lineItem: item.text,
        apiKey: group.key < 0 ? nil : organization.keys[group.key].id, principal: principal?.id,
        principalIsServiceAccount: principal?.isServiceAccount ?? false,
        model: key.model < 0 ? nil : catalogue.usageNames[key.model], serviceTier: group.tier.name,
        batch: group.batch, amount: money(sum.money),
        quantity: sum.quantity.map {
          String(decoding: ScaledDecimal.text($0, digits: ScaledDecimal.quantityDigits), as: UTF8.self)
        }, quantityUnit: item.unit)
    }
    self.organization = organization.name
    self.day = day
    revision = world.revision(index, day)
    self.total = money(total)
  }

  /// The truth as one JSON object; amounts and quantities are strings.
  var body: [UInt8] {
    var writer = ByteWriter(capacity: 300 * lines.count + 200)
    writer.raw("{\"organization\":")
    writer.string(organization)
    writer.raw(",\"date\":")
    writer.string(day.description)
    writer.raw(",\"revision\":")
    writer.integer(revision)
    writer.raw(",\"currency\":\"usd\",\"total\":")
    writer.string(total)
    writer.raw(",\"lines\":[")
    for (index, line) in lines.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ",")) }
      let fields: [(StaticString, String?)] = [
        ("{\"project_id\":", line.project), (",\"project_name\":", line.projectName),
        (",\"line_item\":", line.lineItem), (",\"api_key_id\":", line.apiKey),
        (",\"user_id\":", line.principal), (",\"model\":", line.model),
        (",\"service_tier\":", line.serviceTier), (",\"amount\":", line.amount),
        (",\"quantity\":", line.quantity), (",\"quantity_unit\":", line.quantityUnit),
      ]
      for (name, value) in fields {
        writer.raw(name)
        writer.string(value)
      }
      writer.raw(",\"is_service_account\":")
      writer.boolean(line.principalIsServiceAccount)
      writer.raw(",\"batch\":")
      writer.boolean(line.batch)
      writer.raw("}")
    }
    writer.raw("]}")
    return writer.bytes
  }
}

extension Simulation {
  /// What truly happened on a day.
  /// - Throws: `SimulatorError` for an organization that there is not.
  public func truth(organization name: String, day: UTCDay) throws -> Truth {
    let world = state.withLock { $0.world }
    guard let index = world.organizations.firstIndex(where: { $0.name == name }) else {
      throw SimulatorError(
        "there is no organization '\(name)', only \(world.organizations.map(\.name).joined(separator: ", "))")
    }
    return Truth(world, organization: index, day: day)
  }
}

import Pipeline
import Spend

/// The JSON form of a comparison: `{"changes":[…],"counts":{…},"same":…,"totals":[…]}`. Amounts are exact text.
enum DiffJSON {
  struct Change: Encodable {
    struct State: Encodable {
      var cost: String
      var quantity: String?
      var projectName: String?
      var credentialName: String?
      var principalName: String?

      enum CodingKeys: String, CodingKey {
        case cost, quantity
        case projectName = "project_name"
        case credentialName = "credential_name"
        case principalName = "principal_name"
      }

      init(_ state: ChargeDifference.State) {
        cost = state.cost.description
        quantity = state.quantityText
        projectName = state.names.subAccount
        credentialName = state.names.credential
        principalName = state.names.principal
      }
    }
    var change: ChargeDifference.Kind
    var what: [ChargeDifference.Aspect]
    var organization: String?
    var day: String?
    var project: String?
    var lineItem: String?
    var credential: String?
    var principal: String?
    var allocatedResource: String?
    var category: String?
    var currency: String?
    var before: State?
    var after: State?
    var difference: String

    enum CodingKeys: String, CodingKey {
      case change, what, organization, day, project, credential, principal, category, currency, before, after,
        difference
      case lineItem = "line_item"
      case allocatedResource = "allocated_resource"
    }

    init(_ difference: ChargeDifference) {
      let identity = difference.identity
      change = difference.kind
      what = difference.aspects
      organization = identity.billingAccountID
      day = identity.day
      project = identity.subAccountID
      lineItem = identity.lineItem
      credential = identity.credentialID
      principal = identity.principalID
      allocatedResource = identity.allocatedResourceID
      category = identity.chargeCategory
      currency = identity.currency
      before = difference.before.map(State.init)
      after = difference.after.map(State.init)
      self.difference = difference.difference.description
    }
  }

  /// Everything behind the changes.
  struct Tail: Encodable {
    struct Total: Encodable {
      var groupBy: DiffGrouping
      var key: String?
      var name: String?
      var currency: String
      var before: String
      var after: String
      var difference: String

      enum CodingKeys: String, CodingKey {
        case key, name, currency, before, after, difference
        case groupBy = "group_by"
      }
    }
    struct Side: Encodable {
      var reference: String
      /// By billing period.
      var deliveries: [String: String]

      init(_ side: ComparedSide) {
        reference = side.reference
        deliveries = Dictionary(
          side.snapshots.map { ($0.manifest.billingPeriod, $0.manifest.delivery) }, uniquingKeysWith: { $1 })
      }
    }
    var before: Side
    var after: Side
    var counts: DiffReport.Counts
    var same: Bool
    var columnsLeftOut: [String]
    var totals: [Total]

    enum CodingKeys: String, CodingKey {
      case before, after, counts, same, totals
      case columnsLeftOut = "columns_left_out"
    }

    init(_ report: DiffReport, _ before: ComparedSide, _ after: ComparedSide) {
      self.before = Side(before)
      self.after = Side(after)
      counts = report.counts
      same = report.isSame
      columnsLeftOut = report.columnsLeftOut
      totals = report.totals.map {
        Total(
          groupBy: $0.grouping, key: $0.key, name: $0.name, currency: $0.currency,
          before: $0.before.description,
          after: $0.after.description, difference: $0.difference.description)
      }
    }
  }
}

import Diagnostics

/// Says who spent a cost line, and splits it where several did (DESIGN C8, C9, C10).
///
/// The parts replace the cost line: their amounts and quantities sum to it exactly, and what has no usage is
/// a part of its own.
public struct Attributor {
  /// Who is behind a part; ``ids(of:)`` says the ids.
  public enum Person: Sendable, Hashable {
    case named(apiKeyID: String?, userID: String?)
    /// A key and user by their position among those of the day's ``UsageTable``: many parts have the same.
    case user(Int)
  }

  /// One part of a cost line, or all of it.
  public struct Part: Sendable {
    public var person: Person
    public var method: AttributionMethod
    public var amount: ExactDecimal
    public var quantity: ExactDecimal?
    /// Nil for a cost line that was not split.
    public var allocation: Allocation?
  }

  private let names: NameBook
  private var matcher: UsageMatcher
  /// Whether the API was asked for keys: then a cost line without one is traffic without a key.
  private let knowsKeys: Bool
  /// By position in the table's users: key, and user or else the owner of the key.
  private let people: [(apiKey: String?, principal: String?)]

  /// - Parameters:
  ///   - lines: all cost lines of the day, with their line items.
  ///   - dimensions: what the costs were grouped by.
  public init(
    usage: UsageTable, names: NameBook, lines: [(project: String?, lineItem: LineItem)], dimensions: [String]
  ) {
    self.names = names
    matcher = UsageMatcher(index: UsageIndex(usage), claims: LineClaims(lines))
    knowsKeys = dimensions.contains("api_key_id")
    people = usage.users.map { user in
      let key = usage.text(user.apiKey)
      return (key, usage.text(user.user) ?? key.flatMap { names.credentials[$0]?.ownerID })
    }
  }

  /// The key and the user or service account; nil where they are not known.
  public func ids(of person: Person) -> (apiKeyID: String?, userID: String?) {
    switch person {
    case .named(let apiKeyID, let userID): (apiKeyID, userID)
    case .user(let number): (people[number].apiKey, people[number].principal)
    }
  }

  /// The parts of a cost line; at least one.
  public mutating func parts(of line: CostLine, _ lineItem: LineItem?) -> [Part] {
    switch outcome(of: line, lineItem) {
    case .parts(let parts): parts
    case .shares(let shares): shares.parts(of: line)
    }
  }

  /// What a cost line is made into: the parts one by one, or in columns where there are many.
  enum Outcome {
    case parts([Part])
    case shares(UsageShares)
  }

  mutating func outcome(of line: CostLine, _ lineItem: LineItem?) -> Outcome {
    if let user = line.userID { return .parts([whole(line, user: user, .billedUser)]) }
    if let key = line.apiKeyID { return outcome(ofKeyed: line, key: key, lineItem) }
    guard let project = line.projectID, let lineItem,
      let match = matcher.match(lineItem, project: project, knowsKeys ? .withoutKey : .everyone)
    else { return .parts([whole(line, user: nil, .unattributed)]) }
    return split(line, lineItem, match, target: .credential)
  }

  /// A cost line of one key: its users are found by the key, its owner is the last resort (C9).
  private mutating func outcome(ofKeyed line: CostLine, key: String, _ lineItem: LineItem?) -> Outcome {
    let users = matcher.index.users(ofKey: key)
    if users.count == 1 { return .parts([whole(line, user: users[0], .keySoleUser)]) }
    if users.isEmpty {
      let owner = names.credentials[key]?.ownerID
      return .parts([whole(line, user: owner, owner == nil ? .unattributed : .keyOwner)])
    }
    guard let project = line.projectID, let lineItem,
      let match = matcher.match(lineItem, project: project, .key(matcher.index.table.number(key)))
    else { return .parts([whole(line, user: nil, .unattributed)]) }
    return split(line, lineItem, match, target: .principal)
  }

  private func whole(
    _ line: CostLine, key: String? = nil, user: String?, _ method: AttributionMethod
  ) -> Part {
    Part(
      person: .named(apiKeyID: line.apiKeyID ?? key, userID: user), method: method, amount: line.amount,
      quantity: line.quantity, allocation: nil)
  }

  private func split(
    _ line: CostLine, _ lineItem: LineItem, _ match: UsageMatcher.Match, target: Allocation.Target
  ) -> Outcome {
    var known: [UsageMatcher.Share] = []
    known.reserveCapacity(match.shares.count)
    var unnamed: Int128 = 0
    for share in match.shares {
      // Who is neither named nor found by the key, where the key is what is split to, is nobody.
      let user = Int(share.user)
      if people[user].principal == nil && (target == .principal || people[user].apiKey == nil) {
        unnamed += share.weight
      } else {
        known.append(share)
      }
    }
    let unknown = ExactDecimal(unnamed) + UsageMatcher.weight(ofUnknown: missing(line, lineItem, match))
    guard let first = known.first else { return .parts([whole(line, user: nil, .unattributed)]) }
    if known.count == 1, unknown.isZero {
      let person = people[Int(first.user)]
      return .parts([whole(line, key: person.apiKey, user: person.principal, .soleUser)])
    }
    let behind = UsageShares.Behind(
      known: known,
      targets: known.map { share in
        target == .credential && people[Int(share.user)].apiKey != nil ? .credential : .principal
      }, unknown: unknown, unit: match.rule.unit)
    if let shares = UsageShares(of: line, behind) { return .shares(shares) }
    return .parts(UsageShares.parts(of: line, behind) ?? [whole(line, user: nil, .unattributed)])
  }

  /// What the cost line counts beyond all usage, in the rule's unit; 0 where the two cannot be compared.
  private func missing(_ line: CostLine, _ lineItem: LineItem, _ match: UsageMatcher.Match) -> ExactDecimal {
    guard let quantity = line.quantity,
      let factor = Self.factor(
        Measure(unit: line.quantityUnit, lineItem: lineItem).consumedUnit, to: match.rule.unit)
    else { return 0 }
    let rest = quantity * factor - ExactDecimal(match.usage)
    return rest.isNegative ? 0 : rest
  }

  /// How many of one unit another is.
  private static func factor(_ unit: String, to wanted: String) -> ExactDecimal? {
    switch (unit, wanted) {
    case ("1000 Tokens", "Tokens"): 1000
    case ("Minutes", "Seconds"): 60
    case ("Hours", "Seconds"): 3600
    case ("Requests", "Calls"): 1
    case (let unit, let wanted): unit == wanted ? 1 : nil
    }
  }
}

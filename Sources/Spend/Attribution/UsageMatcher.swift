/// Finds the usage behind a cost line and adds it up by key and user (DESIGN C8).
///
/// Hot path: every usage row is visited once for each cost line that it could be behind; users are numbers, and what
/// is added up lies in arrays that are made once.
struct UsageMatcher {
  let index: UsageIndex
  let claims: LineClaims
  /// By number of user; empty between two matches.
  private var sums: [Sum]
  private var touched: [Int32] = []

  private struct Sum {
    var usage: Int128 = 0
    var weight: Int128 = 0
  }

  /// Whose usage counts for a cost line.
  enum Eligible {
    case everyone
    /// Traffic without a key.
    case withoutKey
    /// The number of a key's id.
    case key(Int32)

    func includes(_ apiKey: Int32) -> Bool {
      switch self {
      case .everyone: true
      case .withoutKey: apiKey < 0
      case .key(let key): apiKey == key
      }
    }
  }

  /// What one key and user have of a cost line's usage.
  struct Share {
    /// Position in the table's users.
    var user: Int32
    /// In the rule's unit.
    var usage: Int128
    /// In proportion to cost.
    var weight: Int128
  }

  /// The usage behind a cost line.
  struct Match {
    var rule: MatchRule
    /// Sorted by key and user; each weighs more than nothing.
    var shares: [Share]
    var usage: Int128 { shares.reduce(0) { $0 + $1.usage } }
  }

  /// Batch tokens cost half; where a cost line mixes them with others, the others weigh double.
  private static let fullWeight: Int128 = 2

  init(index: UsageIndex, claims: LineClaims) {
    self.index = index
    self.claims = claims
    sums = Array(repeating: Sum(), count: index.users.count)
  }

  /// - Returns: nil where there is no usage that the cost line could be for.
  mutating func match(_ lineItem: LineItem, project: String, _ eligible: Eligible) -> Match? {
    for rule in MatchTable.rules(for: lineItem) {
      guard let models = models(rule, lineItem, project) else { continue }
      let lists = filter(
        index.rows(service: rule.service, project: project, models: models.isEmpty ? nil : models), lineItem)
      let mixesBatch = lineItem.model.map { !claims.hasBatchLine(project: project, model: $0) } ?? true
      for rows in lists { add(rows, rule, lineItem.serviceTier, mixesBatch, eligible) }
      if !touched.isEmpty { return Match(rule: rule, shares: takeShares()) }
    }
    return nil
  }

  private mutating func add(
    _ rows: [Int32], _ rule: MatchRule, _ tier: ServiceTier?, _ mixesBatch: Bool, _ eligible: Eligible
  ) {
    let (table, users) = (index.table.rows, index.users)
    let counts = Counts(rule, index.table)
    for number in rows {
      let row = table[Int(number)]
      guard eligible.includes(users[Int(row.user)].apiKey), Self.isOfTier(row.tier, tier, mixesBatch),
        let usage = counts[Int(number)], usage > 0
      else { continue }
      let user = Int(row.user)
      if sums[user].usage == 0 { touched.append(row.user) }
      sums[user].usage += Int128(usage)
      sums[user].weight += Int128(usage) * (row.tier.isBatch && mixesBatch ? 1 : Self.fullWeight)
    }
  }

  /// What was added up, in the order of keys and users, and nothing is left of it.
  private mutating func takeShares() -> [Share] {
    let ranks = index.ranks
    touched.sort { ranks[Int($0)] < ranks[Int($1)] }
    var shares: [Share] = []
    shares.reserveCapacity(touched.count)
    for user in touched {
      let sum = sums[Int(user)]
      shares.append(Share(user: user, usage: sum.usage, weight: sum.weight))
      sums[Int(user)] = Sum()
    }
    touched.removeAll(keepingCapacity: true)
    return shares
  }

  /// The weight of usage that nobody is known for.
  static func weight(ofUnknown usage: ExactDecimal) -> ExactDecimal { usage * ExactDecimal(fullWeight) }

  /// The usage models that the line item stands for; an empty list for all, nil where the service does not
  /// know the model.
  private func models(_ rule: MatchRule, _ lineItem: LineItem, _ project: String) -> [String]? {
    if !rule.matchesModel { return [] }
    let candidates = index.models(service: rule.service, project: project)
    let name = lineItem.model ?? String(lineItem.text.prefix { $0 != "," })
    if candidates.contains(name) { return [name] }
    let claimed = claims.models(of: project).subtracting([name])
    let found = ModelName.matches(name, among: candidates, claimed: claimed)
    if !found.isEmpty { return found }
    // A label names no model exactly: where the project used one only, it is that.
    return lineItem.label != nil && candidates.count == 1 ? Array(candidates) : nil
  }

  /// Restricts images to the sizes that the line item names, where usage tells sizes.
  private func filter(_ lists: [[Int32]], _ lineItem: LineItem) -> [[Int32]] {
    guard lineItem.label?.service == .images else { return lists }
    let sizes = Set(lineItem.text.split(separator: ",").dropFirst().map { $0.filter { $0 != " " } })
    let matching = lists.map { rows in
      rows.filter { row in
        index.table.text(index.table.rows[Int(row)].size).map { sizes.contains($0) } ?? false
      }
    }
    return matching.allSatisfy(\.isEmpty) ? lists : matching
  }

  /// Whether a row was served at the line item's tier. The default tier has no prefix in costs.
  private static func isOfTier(_ row: UsageTable.Tier, _ wanted: ServiceTier?, _ mixesBatch: Bool) -> Bool {
    switch wanted {
    case .batch?: return row.isBatch
    case let wanted? where wanted != .default && wanted != .standard:
      return !row.isNamed || row.tier == wanted
    default:
      if row.isBatch { return mixesBatch }
      return row.tier == nil || row.tier == .default || row.tier == .standard
    }
  }

  /// What a rule counts, row by row.
  private struct Counts {
    private let measure: UsageTable.Column
    /// Input, cached input and cache writes, where uncached input may have to be derived from them.
    private let parts: (input: UsageTable.Column, cached: UsageTable.Column, written: UsageTable.Column)?

    init(_ rule: MatchRule, _ table: UsageTable) {
      measure = table.column(rule.measure)
      parts =
        rule.fallback == .derivedUncachedInput
        ? (
          table.column(.inputTokens), table.column(.inputCachedTokens), table.column(.inputCacheWriteTokens)
        ) : nil
    }

    subscript(row: Int) -> Int? {
      if let value = measure[row] { return value }
      guard let parts, let input = parts.input[row] else { return nil }
      return max(0, input - (parts.cached[row] ?? 0) - (parts.written[row] ?? 0))
    }
  }
}

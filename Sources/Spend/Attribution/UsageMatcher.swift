/// Finds the usage behind a cost line and adds it up by key and user (DESIGN C8).
struct UsageMatcher {
  let index: UsageIndex
  let claims: LineClaims

  /// Who used something.
  struct User: Hashable {
    var apiKeyID: String?
    var userID: String?
  }

  /// What one key and user have of a cost line's usage.
  struct Share {
    var user: User
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

  /// - Parameter isEligible: which keys count: one key, no key, or any.
  /// - Returns: nil where there is no usage that the cost line could be for.
  func match(_ lineItem: LineItem, project: String, isEligible: (_ apiKeyID: String?) -> Bool) -> Match? {
    for rule in MatchTable.rules(for: lineItem) {
      guard let models = models(rule, lineItem, project) else { continue }
      let rows = filter(
        index.rows(service: rule.service, project: project, models: models.isEmpty ? nil : models), lineItem)
      let mixesBatch = lineItem.model.map { !claims.hasBatchLine(project: project, model: $0) } ?? true
      var shares: [User: Share] = [:]
      for row in rows {
        let entry = index.table.rows[row]
        let user = User(apiKeyID: index.table.text(entry.apiKey), userID: index.table.text(entry.user))
        guard isEligible(user.apiKeyID), isOfTier(entry, lineItem, mixesBatch), let usage = usage(rule, row),
          usage > 0
        else { continue }
        let weight = entry.isBatch && mixesBatch ? 1 : Self.fullWeight
        shares[user, default: Share(user: user, usage: 0, weight: 0)].usage += Int128(usage)
        shares[user]?.weight += Int128(usage) * weight
      }
      if !shares.isEmpty {
        return Match(rule: rule, shares: shares.values.sorted { Self.precedes($0.user, $1.user) })
      }
    }
    return nil
  }

  /// The weight of usage that nobody is known for.
  static func weight(ofUnknown usage: ExactDecimal) -> ExactDecimal { usage * ExactDecimal(fullWeight) }

  /// The usage models that the line item stands for; an empty list for all, nil where the service does not
  /// know the model.
  private func models(_ rule: MatchRule, _ lineItem: LineItem, _ project: String) -> [String]? {
    if !rule.matchesModel { return [] }
    let candidates = index.models(service: rule.service, project: project)
    let name = lineItem.model ?? String(lineItem.text.prefix { $0 != "," })
    let claimed = claims.models(of: project).subtracting([name])
    let found = ModelName.matches(name, among: candidates, claimed: claimed)
    if !found.isEmpty { return found }
    // A label names no model exactly: where the project used one only, it is that.
    return lineItem.label != nil && candidates.count == 1 ? Array(candidates) : nil
  }

  /// Restricts images to the sizes that the line item names, where usage tells sizes.
  private func filter(_ rows: [Int], _ lineItem: LineItem) -> [Int] {
    guard lineItem.label?.service == .images else { return rows }
    let sizes = Set(lineItem.text.split(separator: ",").dropFirst().map { $0.filter { $0 != " " } })
    let matching = rows.filter { row in
      index.table.text(index.table.rows[row].size).map { sizes.contains($0) } ?? false
    }
    return matching.isEmpty ? rows : matching
  }

  /// Whether a row was served at the line item's tier. The default tier has no prefix in costs.
  private func isOfTier(_ row: UsageTable.Row, _ lineItem: LineItem, _ mixesBatch: Bool) -> Bool {
    let tier = index.table.text(row.tier).flatMap(ServiceTier.init(prefix:))
    switch lineItem.serviceTier {
    case .batch?: return row.isBatch || tier == .batch
    case let wanted? where wanted != .default && wanted != .standard: return row.tier < 0 || tier == wanted
    default:
      if row.isBatch || tier == .batch { return mixesBatch }
      return tier == nil || tier == .default || tier == .standard
    }
  }

  private func usage(_ rule: MatchRule, _ row: Int) -> Int? {
    if let value = index.table.value(rule.measure, row: row) { return value }
    guard rule.fallback == .derivedUncachedInput, let input = index.table.value(.inputTokens, row: row) else {
      return nil
    }
    let cached = index.table.value(.inputCachedTokens, row: row) ?? 0
    let written = index.table.value(.inputCacheWriteTokens, row: row) ?? 0
    return max(0, input - cached - written)
  }

  private static func precedes(_ left: User, _ right: User) -> Bool {
    (left.apiKeyID ?? "", left.userID ?? "") < (right.apiKeyID ?? "", right.userID ?? "")
  }
}

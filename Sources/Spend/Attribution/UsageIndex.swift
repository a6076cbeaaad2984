/// One day's usage, found by service, project and model.
struct UsageIndex {
  private struct Place: Hashable {
    var service: Int32
    var project: Int32
  }

  let table: UsageTable
  let users: [UsageTable.User]
  /// Rows of each of the table's groups, in the order of the table.
  private var rows: [[Int32]]
  /// The groups of a place, by model.
  private var places: [Place: [Int32: Int]] = [:]
  private var models: [Place: Set<String>] = [:]
  /// The users behind each key, over all services.
  private var keyUsers: [Int32: Set<Int32>] = [:]
  /// Where each of the table's users stands in the order by key and user.
  let ranks: [Int32]

  init(_ table: UsageTable) {
    self.table = table
    let groups = table.groups
    rows = Array(repeating: [], count: groups.count)
    for (number, row) in table.rows.enumerated() { rows[Int(row.group)].append(Int32(number)) }
    for (number, group) in groups.enumerated() {
      let place = Place(service: group.service, project: group.project)
      places[place, default: [:]][group.model] = number
      if let model = table.text(group.model) { models[place, default: []].insert(model) }
    }
    users = table.users
    for user in users where user.apiKey >= 0 && user.user >= 0 {
      keyUsers[user.apiKey, default: []].insert(user.user)
    }
    ranks = Self.ranks(table, users)
  }

  private static func ranks(_ table: UsageTable, _ users: [UsageTable.User]) -> [Int32] {
    let names = users.map { (table.text($0.apiKey) ?? "", table.text($0.user) ?? "") }
    var ranks = [Int32](repeating: 0, count: names.count)
    for (rank, user) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
      ranks[user] = Int32(rank)
    }
    return ranks
  }

  /// Everyone whose usage names the key.
  func users(ofKey key: String) -> [String] {
    (keyUsers[table.number(key)] ?? []).compactMap { table.text($0) }.sorted()
  }

  /// The models that a project used in a service.
  func models(service: String, project: String) -> Set<String> {
    models[place(service, project)] ?? []
  }

  /// The rows of some models, or of all if nil, one list for each.
  func rows(service: String, project: String, models: [String]?) -> [[Int32]] {
    guard let byModel = places[place(service, project)] else { return [] }
    guard let models else { return byModel.values.map { rows[$0] } }
    return models.compactMap { byModel[table.number($0)].map { rows[$0] } }
  }

  private func place(_ service: String, _ project: String) -> Place {
    Place(service: table.number(service), project: table.number(project))
  }
}

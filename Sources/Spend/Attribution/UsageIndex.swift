/// One day's usage, found by service, project and model.
struct UsageIndex {
  struct Place: Hashable {
    var service: Int32
    var project: Int32
  }

  let table: UsageTable
  /// Rows by place and model.
  private var rows: [Place: [Int32: [Int]]] = [:]
  /// The users behind each key, over all services.
  private var keyUsers: [Int32: Set<Int32>] = [:]

  init(_ table: UsageTable) {
    self.table = table
    for (index, row) in table.rows.enumerated() {
      rows[Place(service: row.service, project: row.project), default: [:]][row.model, default: []].append(
        index)
      if row.apiKey >= 0, row.user >= 0 { keyUsers[row.apiKey, default: []].insert(row.user) }
    }
  }

  /// Everyone whose usage names the key.
  func users(ofKey key: String) -> [String] {
    (keyUsers[table.number(key)] ?? []).compactMap { table.text($0) }.sorted()
  }

  /// The models that a project used in a service.
  func models(service: String, project: String) -> Set<String> {
    let models = rows[place(service, project)]?.keys.compactMap { table.text($0) }
    return Set(models ?? [])
  }

  /// The rows of some models, or of all if nil, in the order of the table.
  func rows(service: String, project: String, models: [String]?) -> [Int] {
    guard let byModel = rows[place(service, project)] else { return [] }
    guard let models else { return byModel.values.flatMap(\.self).sorted() }
    return models.flatMap { byModel[table.number($0)] ?? [] }.sorted()
  }

  private func place(_ service: String, _ project: String) -> Place {
    Place(service: table.number(service), project: table.number(project))
  }
}

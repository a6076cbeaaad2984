/// Answers the lists and single objects of projects, users, keys, service accounts, admin keys and limits.
struct AdministrationAnswers {
  let world: World
  let organization: Organization

  private var rows: AdministrationRows { AdministrationRows(organization: organization) }
  private var users: [Principal] { organization.principals.filter { !$0.isServiceAccount && !$0.deleted } }

  /// - Parameter path: what follows `/v1/organization/`, taken apart.
  /// - Returns: nil where there is no such endpoint.
  func answer(_ path: [String], _ query: QueryItems) throws(APIError) -> [UInt8]? {
    switch (path.first, path.count) {
    case ("projects", 1): return try projects(query)
    case ("projects", 2...): return try project(Array(path.dropFirst()), query)
    case ("users", 1): return try listUsers(query)
    case ("users", 2):
      try query.allowing([])
      guard let user = users.first(where: { $0.id == path[1] }) else { throw .notFound("User", path[1]) }
      return rows.user(user)
    case ("admin_api_keys", 1): return try adminKeys(query)
    case ("admin_api_keys", 2):
      try query.allowing([])
      guard let key = organization.adminKeys.first(where: { $0.id == path[1] }) else {
        throw .notFound("Admin API key", path[1])
      }
      return rows.adminKey(key)
    case ("spend_limit", 1):
      try query.allowing([])
      return rows.spendLimit("organization.spend_limit", dollars: 10_000)
    default: return nil
    }
  }

  private func projects(_ query: QueryItems) throws(APIError) -> [UInt8] {
    try query.allowing(ListPage.parameters.union(["include_archived"]))
    let archived = try query.boolean("include_archived") ?? false
    let shown = organization.projects.filter { archived || $0.archivedAt == nil }
    return try ListPage.body(
      shown.map { .init(id: $0.id, body: rows.project($0)) }, query, oddities: world.oddities)
  }

  private func listUsers(_ query: QueryItems) throws(APIError) -> [UInt8] {
    try query.allowing(ListPage.parameters.union(["emails"]))
    let emails = query.all("emails")
    let shown = users.filter { emails.isEmpty || $0.email.map(emails.contains) == true }
    return try ListPage.body(
      shown.map { .init(id: $0.id, body: rows.user($0)) }, query, oddities: world.oddities)
  }

  private func adminKeys(_ query: QueryItems) throws(APIError) -> [UInt8] {
    try query.allowing(ListPage.parameters.union(["order"]))
    let descending = try query.choice("order", of: ["asc", "desc"]) == "desc"
    let ascending = organization.adminKeys.sorted { $0.createdAt < $1.createdAt }
    let shown = descending ? ascending.reversed() : ascending
    return try ListPage.body(
      shown.map { .init(id: $0.id, body: rows.adminKey($0)) }, query, oddities: world.oddities)
  }

  /// - Parameter path: the project's id and what follows it.
  private func project(_ path: [String], _ query: QueryItems) throws(APIError) -> [UInt8]? {
    guard let index = organization.projects.firstIndex(where: { $0.id == path[0] }) else {
      throw .notFound("Project", path[0])
    }
    let project = organization.projects[index]
    switch (path.dropFirst().first, path.count) {
    case (nil, 1):
      try query.allowing([])
      return rows.project(project)
    case ("spend_limit", 2):
      try query.allowing([])
      guard let limit = project.spendLimit else { throw .notFound("Spend limit of project", project.id) }
      return rows.spendLimit("project.spend_limit", dollars: limit)
    case ("users", 2...3), ("service_accounts", 2...3), ("api_keys", 2...3): break
    default: return nil
    }
    if project.archivedAt != nil && world.oddities.has(.archivedRefuse) {
      throw .invalid(nil, "Project '\(project.id)' is archived.", code: "project_archived")
    }
    let items = try members(path[1], of: index, query, single: path.count == 3)
    guard path.count == 3 else { return try ListPage.body(items, query, oddities: world.oddities) }
    guard let item = items.first(where: { $0.id == path[2] }) else { throw .notFound("Object", path[2]) }
    return item.body
  }

  private func members(
    _ kind: String, of project: Int, _ query: QueryItems, single: Bool
  ) throws(APIError) -> [ListPage.Item] {
    let parameters = single ? [] : ListPage.parameters
    switch kind {
    case "users":
      try query.allowing(parameters)
      return users.filter { $0.memberships.contains(project) }
        .map { .init(id: $0.id, body: rows.projectUser($0)) }
    case "service_accounts":
      try query.allowing(parameters)
      return organization.principals.filter { $0.project == project && !$0.deleted }
        .map { .init(id: $0.id, body: rows.serviceAccount($0)) }
    default:
      try query.allowing(single ? [] : parameters.union(["owner_project_access"]))
      // Without the parameter, keys whose owner has lost access stay out.
      let wanted = try query.choice("owner_project_access", of: ["active", "inactive", "any"]) ?? "active"
      return organization.keys.filter { $0.project == project && !$0.deleted }.compactMap { key in
        let owner = organization.principals[key.owner]
        let active = !owner.deleted && owner.memberships.contains(project)
        guard single || wanted == "any" || (wanted == "active") == active else { return nil }
        return .init(id: key.id, body: rows.key(key, ownerActive: active))
      }
    }
  }
}

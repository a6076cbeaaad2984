/// Answers costs and usage.
struct BucketAnswers {
  let world: World
  let organization: Organization
  let cache: RowCache
  /// Draws the order of rows where `row-order` is on.
  let turn: UInt64

  static let costDimensions: [Dimension] = [.project, .lineItem, .key, .user, .apiSource]
  static let costFilters: [Filter] = [.projects, .keys, .lineItems]

  func costs(_ items: QueryItems, path: String) throws(APIError) -> [UInt8] {
    let query = try BucketQuery(
      items, path: path, organization: organization, dimensions: Self.costDimensions,
      filters: Self.costFilters,
      costs: true, today: world.today)
    try refuseUnsupported(query)
    let renderer = CostRows(
      organization: organization, query: query, filter: FactFilter(query, organization: organization),
      fragments: cache.fragments(organization, in: world), oddities: world.oddities)
    return pages(query, costs: true, name: "costs") { facts, _ in renderer.render(facts, shuffle: shuffle) }
  }

  func usage(_ name: UsageEndpoint.Name, _ items: QueryItems, path: String) throws(APIError) -> [UInt8] {
    let endpoint = UsageEndpoint(name)
    let query = try BucketQuery(
      items, path: path, organization: organization, dimensions: endpoint.dimensions,
      filters: endpoint.filters,
      costs: false, today: world.today)
    let renderer = UsageRows(
      endpoint: endpoint, query: query, filter: FactFilter(query, organization: organization),
      fragments: cache.fragments(organization, in: world))
    return pages(query, costs: false, name: name.rawValue) { facts, minutes in
      renderer.render(facts, minutes: minutes, shuffle: shuffle)
    }
  }

  private var shuffle: UInt64? { world.oddities.has(.rowOrder) ? turn : nil }

  private func pages(
    _ query: BucketQuery, costs: Bool, name: String, _ render: @escaping ([Fact], Range<Int>) -> [UInt8]
  ) -> [UInt8] {
    let shape = "\(world.version)|\(organization.index)|\(name)|\(query.shape)|"
    // Buckets shorter than a day come one after another: the day's facts are generated once.
    var last: (day: UTCDay, facts: [Fact])?
    let rows = { (start: Int, end: Int) -> [UInt8] in
      let day = UTCDay(unixTime: start)
      let facts = { () -> [Fact] in
        if let last, last.day == day { return last.facts }
        let facts = world.facts(organization.index, day)
        last = (day, facts)
        return facts
      }
      let first = (start - day.startTime + 59) / 60
      let minutes = first..<max(first, (end - day.startTime + 59) / 60)
      if minutes.count < 1440 || shuffle != nil { return render(facts(), minutes) }
      return cache.rows(shape + "\(day.number)") { render(facts(), minutes) }
    }
    return BucketPages(world: world, organization: organization.index, query: query, costs: costs, rows: rows)
      .body()
  }

  /// Groupings that not every organization and time range has.
  private func refuseUnsupported(_ query: BucketQuery) throws(APIError) {
    func listed(_ names: Set<String>) -> Bool { names.contains("*") || names.contains(organization.name) }
    let byKey = query.groups(by: .key) || query.filters[.keys] != nil
    if byKey, listed(world.oddities.noKeyGrouping) {
      throw .invalid("group_by", "Grouping costs by 'api_key_id' is not supported for this organization.")
    }
    if byKey, let floor = world.oddities.keyFloor, query.start < floor.startTime {
      throw .invalid(
        "group_by", "Grouping costs by 'api_key_id' is not supported for the requested time range.")
    }
    let byProject = query.groups(by: .project) || query.filters[.projects] != nil
    if query.groups(by: .user), byProject, listed(world.oddities.noUserGrouping) {
      throw .invalid(
        "group_by",
        "Combining 'user_id' with 'project_id' is not supported for this organization and time range.")
    }
  }
}

/// A query's filters, as indexes into the organization.
struct FactFilter: Sendable {
  private var projects: Set<Int>?
  private var principals: Set<Int>?
  private var keys: Set<Int>?
  private var models: Set<Int>?
  private var details: Set<Int>?
  private var sources: Set<Int>?
  private var batch: Bool?
  private var lines: Set<Int>?

  init(_ query: BucketQuery, organization: Organization) {
    func indexes(_ filter: Filter, _ listed: @autoclosure () -> [String]) -> Set<Int>? {
      guard let wanted = query.filters[filter] else { return nil }
      let names = listed()
      return Set(names.indices.filter { wanted.contains(names[$0]) })
    }
    projects = indexes(.projects, organization.projects.map(\.id))
    principals = indexes(.users, organization.principals.map(\.id))
    keys = indexes(.keys, organization.keys.map(\.id))
    models = indexes(.models, organization.catalogue.usageNames)
    details =
      indexes(.sizes, Filter.imageSizes) ?? indexes(.contextLevels, Filter.levels)
      ?? indexes(.vectorStores, organization.vectorStores.map(\.id))
    sources = indexes(.sources, Filter.imageSources)
    lines = indexes(.lineItems, organization.catalogue.lineItems.map(\.text))
    batch = query.filters[.batch].map { $0.contains("true") }
  }

  func takes(_ fact: Fact) -> Bool {
    if let projects, !projects.contains(fact.project) { return false }
    if let principals, !principals.contains(fact.principal) { return false }
    if let keys, !keys.contains(fact.key) { return false }
    if let models, !models.contains(fact.model) { return false }
    if let details, !details.contains(fact.detail) { return false }
    if let sources, !sources.contains(fact.source) { return false }
    if let batch, batch != fact.batch { return false }
    return true
  }

  func takes(line: Int) -> Bool { lines?.contains(line) ?? true }
}

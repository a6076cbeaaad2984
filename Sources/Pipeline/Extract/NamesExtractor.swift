import Diagnostics
import OpenAIAdmin
import Spend
import Staging

/// Takes a snapshot of the administration lists: who and what the ids stand for today.
///
/// Every list is a partition of the current day.
struct NamesExtractor {
  let context: StageContext
  let api: OrganizationAPI
  let writer: RawWriter
  let today: Day

  /// One list as the API gave it.
  private struct Fetched: Sendable {
    let endpoint: Endpoint
    /// By project where it is listed by project; nil for what the API did not give.
    var rows: [(project: String?, rows: Rows)]?
    var output = ExtractOutput()
  }

  /// A list that fails leaves the others and the money alone.
  func run() async throws -> ExtractOutput {
    var output = ExtractOutput()
    let projects = try await attempt(EndpointCatalogue.projects, into: &output) {
      try await api.fetchProjects()
    }
    let lists = try await fetchAll(projects)
    var naming: [NameRounds.List] = []
    for endpoint in EndpointCatalogue.lists {
      guard let list = lists[endpoint.dataset] else { continue }
      output.add(list.output)
      guard let rows = list.rows else { continue }
      var lines = SortedRows()
      for (project, rows) in rows { writer.lines(rows, day: today, projectID: project, into: &lines) }
      if NameBookReader.datasets.contains(endpoint.dataset) {
        naming.append(NameRounds.List(endpoint: endpoint, lines: lines))
      } else {
        try await writer.write(lines, of: endpoint, day: today)
      }
      output.partitionsFetched += 1
      output.rows += lines.count
      context.progress.advance(stage: "extract", rows: lines.count, unit: "\(api.name) \(endpoint.dataset)")
    }
    try await NameRounds(partitions: context.partitions, writer: writer, day: today).write(naming)
    return output
  }

  /// All lists side by side, by dataset.
  private func fetchAll(
    _ projects: (list: ListFetch, projects: [ProjectReference])?
  ) async throws -> [String: Fetched] {
    try await withThrowingTaskGroup(of: Fetched.self) { group in
      for endpoint in EndpointCatalogue.lists {
        group.addTask {
          var fetched = Fetched(endpoint: endpoint)
          fetched.rows = try await rows(of: endpoint, projects, into: &fetched.output)
          return fetched
        }
      }
      var lists: [String: Fetched] = [:]
      for try await list in group { lists[list.endpoint.dataset] = list }
      return lists
    }
  }

  /// The rows of a list, by project where it is listed by project; nil for what the API did not give.
  private func rows(
    of endpoint: Endpoint, _ projects: (list: ListFetch, projects: [ProjectReference])?,
    into output: inout ExtractOutput
  ) async throws -> [(project: String?, rows: Rows)]? {
    if endpoint == EndpointCatalogue.projects { return projects.map { [(nil, $0.list.rows)] } }
    guard endpoint.kind.fansOutOverProjects else {
      let list = try await attempt(endpoint, into: &output) { try await api.fetchList(of: endpoint) }
      return list.map { [(nil, $0.rows)] }
    }
    // Without projects there is nothing to fan out over; their own failure has been told.
    guard let projects else { return nil }
    let answers = try await attempt(endpoint, into: &output) {
      try await api.fetchForEachProject(endpoint, projects: projects.projects)
    }
    return answers?.map { ($0.project.id, $0.list.rows) }
  }

  /// The result, or nil for what the API did not give. A list that names something is missed in the charges,
  /// so that is a failure; the others only inform.
  private func attempt<Value>(
    _ endpoint: Endpoint, into output: inout ExtractOutput, _ fetch: () async throws -> Value
  ) async throws -> Value? {
    do { return try await fetch() } catch {
      if NameBookReader.datasets.contains(endpoint.dataset) {
        try output.fail(api.name, endpoint.dataset, error)
      } else {
        context.diagnostics.report(Diagnostic(kind: "list_not_fetched", message: "\(error)"))
      }
      return nil
    }
  }
}

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

  /// A list that fails leaves the others and the money alone.
  func run(into output: inout ExtractOutput) async throws {
    var naming: [NameRounds.List] = []
    let projects = try await attempt(EndpointCatalogue.projects, into: &output) {
      try await api.fetchProjects()
    }
    for endpoint in EndpointCatalogue.lists {
      guard let rows = try await rows(of: endpoint, projects, into: &output) else { continue }
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

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
    let projects = try await attempt(EndpointCatalogue.projects, into: &output) {
      try await api.fetchProjects()
    }
    if let projects {
      try await write(EndpointCatalogue.projects, [(nil, projects.list.rows)], into: &output)
    }
    for endpoint in EndpointCatalogue.lists where endpoint != EndpointCatalogue.projects {
      guard endpoint.kind.fansOutOverProjects else {
        let list = try await attempt(endpoint, into: &output) { try await api.fetchList(of: endpoint) }
        if let list { try await write(endpoint, [(nil, list.rows)], into: &output) }
        continue
      }
      // Without projects there is nothing to fan out over; their own failure has been told.
      guard let projects else { continue }
      let answers = try await attempt(endpoint, into: &output) {
        try await api.fetchForEachProject(endpoint, projects: projects.projects)
      }
      if let answers {
        try await write(endpoint, answers.map { ($0.project.id, $0.list.rows) }, into: &output)
      }
    }
  }

  private func write(
    _ endpoint: Endpoint, _ lists: [(project: String?, rows: Rows)], into output: inout ExtractOutput
  ) async throws {
    var lines = SortedRows()
    for (project, rows) in lists { writer.lines(rows, day: today, projectID: project, into: &lines) }
    try await writer.write(lines, of: endpoint, day: today)
    output.partitionsFetched += 1
    output.rows += lines.count
    context.progress.advance(stage: "extract", rows: lines.count, unit: "\(api.name) \(endpoint.dataset)")
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

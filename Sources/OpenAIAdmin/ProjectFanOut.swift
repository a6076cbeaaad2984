internal import Diagnostics
internal import JSONReader

/// A project as far as fetching its lists needs it.
public struct ProjectReference: Sendable, Hashable {
  public let id: String
  /// The API refuses some lists of archived projects.
  public let isArchived: Bool

  public init(id: String, isArchived: Bool) {
    self.id = id
    self.isArchived = isArchived
  }

  /// Reads a row of ``EndpointCatalogue/projects``; nil without an id.
  init?(_ row: JSONValue) {
    guard let id = row["id"]?.string, !id.isEmpty else { return nil }
    self.id = id
    isArchived = row["status"]?.string == "archived" || row["archived_at"]?.isNull == false
  }
}

/// What one project answered.
public struct ProjectFetch: Sendable {
  public let project: ProjectReference
  /// False for an archived project that refused: its last known list stays valid.
  public let isListed: Bool
  public let list: ListFetch
}

extension OrganizationAPI {
  /// Reads an endpoint for each of `projects`, several at once.
  ///
  /// An archived project's refusal is tolerated and reported as `archived_project_not_listed`.
  ///
  /// - Parameters:
  ///   - endpoint: one whose kind fans out over projects.
  ///   - concurrency: how many projects at once.
  /// - Returns: one answer for each project, in their order.
  /// - Throws: as ``fetchList(of:)``; the first failure cancels the rest.
  public func fetchForEachProject(
    _ endpoint: Endpoint, projects: [ProjectReference], concurrency: Int = 4
  ) async throws -> [ProjectFetch] {
    try await withThrowingTaskGroup(of: (Int, ProjectFetch).self) { group in
      var answers = [ProjectFetch?](repeating: nil, count: projects.count)
      var waiting = projects.indices.makeIterator()
      func startNext() {
        guard let index = waiting.next() else { return }
        group.addTask { (index, try await fetch(endpoint, for: projects[index])) }
      }
      for _ in 0..<max(1, concurrency) { startNext() }
      while let (index, answer) = try await group.next() {
        answers[index] = answer
        startNext()
      }
      return answers.compactMap(\.self)
    }
  }

  private func fetch(_ endpoint: Endpoint, for project: ProjectReference) async throws -> ProjectFetch {
    do {
      let list = try await ListPager(api: self, endpoint: endpoint, project: project.id).fetch()
      return ProjectFetch(project: project, isListed: true, list: list)
    } catch let error as APIError where project.isArchived && Self.isRefusal(error) {
      diagnostics.report(Diagnostic(kind: "archived_project_not_listed", message: error.description))
      return ProjectFetch(project: project, isListed: false, list: ListFetch(isOffered: false))
    }
  }

  /// A refusal that can be about the project: a wrong key or a missing scope is about the caller.
  private static func isRefusal(_ error: APIError) -> Bool {
    switch error.status {
    case 400, 404: true
    case 401: error.code != "invalid_api_key" && !error.namesScopes
    case 403: !error.namesScopes
    default: false
    }
  }
}

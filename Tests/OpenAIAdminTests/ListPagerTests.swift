import Diagnostics
import Testing

@testable import OpenAIAdmin

@Suite struct ListPagerTests {
  private static func list(_ items: [String], lastID: String? = nil, hasMore: Bool) -> HTTPResponse {
    let last = lastID.map { #","last_id":"\#($0)""# } ?? ""
    return .ok(#"{"object":"list","data":[\#(items.joined(separator: ","))],"has_more":\#(hasMore)\#(last)}"#)
  }

  private func texts(_ rows: Rows) -> [String] { rows.map { String(decoding: $0, as: UTF8.self) } }

  @Test func followsLastIDThenTheLastItemsID() async throws {
    let client = ScriptedClient([
      Self.list([#"{"id":"user_1","name":null}"#, #"{"id":"user_2"}"#], lastID: "user_2", hasMore: true),
      Self.list([#"{"id":"user 3"}"#], hasMore: true),
      Self.list([#"{"id":"user_4"}"#], lastID: "user_4", hasMore: false),
    ])
    let list = try await api(client).fetchList(of: EndpointCatalogue.users)
    #expect(
      texts(list.rows)
        == [#"{"id":"user_1","name":null}"#, #"{"id":"user_2"}"#, #"{"id":"user 3"}"#, #"{"id":"user_4"}"#])
    #expect(list.pages == 3)
    #expect(
      client.targets == [
        "/organization/users?limit=100", "/organization/users?limit=100&after=user_2",
        "/organization/users?limit=100&after=user%203",
      ])
  }

  @Test func cursorsThatDoNotGoOnAreErrors() async throws {
    func problem(_ answers: [HTTPResponse]) async -> PageError.Problem? {
      let error = await #expect(throws: PageError.self) {
        try await api(ScriptedClient(answers)).fetchList(of: EndpointCatalogue.users)
      }
      return error?.problem
    }
    #expect(await problem([Self.list([#"{"id":"a"}"#], hasMore: true)]) == .repeatedCursor)
    #expect(await problem([Self.list([], hasMore: true)]) == .noCursor)
    #expect(await problem([Self.list([#"{"name":"a"}"#], hasMore: true)]) == .noCursor)
  }

  @Test(arguments: [
    #"{"data":[]}"#, "[]", #"{"data":[1],"has_more":false}"#, #"{"data":{},"has_more":false}"#, "x",
  ])
  func whatIsNoListIsUnusable(body: String) async throws {
    await #expect(throws: UnusablePage.self) {
      try await api(ScriptedClient([.ok(body)])).fetchList(of: EndpointCatalogue.projects)
    }
  }

  @Test func projectsComeWithTheirState() async throws {
    let client = ScriptedClient([
      Self.list(
        [
          #"{"id":"proj_a","status":"active","archived_at":null}"#, #"{"id":"proj_b","status":"archived"}"#,
          #"{"id":"proj_c","archived_at":1700000000}"#, #"{"id":"proj_d"}"#,
        ], hasMore: false)
    ])
    let (list, projects) = try await api(client).fetchProjects()
    #expect(list.rows.count == 4)
    #expect(projects.map(\.id) == ["proj_a", "proj_b", "proj_c", "proj_d"])
    #expect(projects.map(\.isArchived) == [false, true, true, false])
    #expect(client.targets == ["/organization/projects?include_archived=true&limit=100"])
  }

  @Test func anAbsentSpendLimitIsNoFailure() async throws {
    let limit = #"{"object":"organization.spend_limit","threshold_amount":100000}"#
    let set = try await api(ScriptedClient([.ok(limit)])).fetchList(of: EndpointCatalogue.spendLimit)
    #expect(texts(set.rows) == [limit])
    let absent = try await api(ScriptedClient([.refused(404)])).fetchList(of: EndpointCatalogue.spendLimit)
    #expect(!absent.isOffered)
    #expect(absent.rows.isEmpty)
    await #expect(throws: APIError.self) {
      try await api(ScriptedClient([.refused(404)])).fetchList(of: EndpointCatalogue.users)
    }
  }

  private func projects(_ count: Int, archived: Set<Int> = []) -> [ProjectReference] {
    (0..<count).map { ProjectReference(id: "proj_\($0)", isArchived: archived.contains($0)) }
  }

  @Test func fansOutInOrderWithBoundedConcurrency() async throws {
    let client = ScriptedClient { request, _ in
      let project = request.url.split(separator: "/").first { $0.hasPrefix("proj_") } ?? "?"
      return Self.list([#"{"id":"key_of_\#(project)"}"#], hasMore: false)
    }
    let fetched = try await api(client).fetchForEachProject(
      EndpointCatalogue.apiKeys, projects: projects(25), concurrency: 3)
    #expect(fetched.map(\.project.id) == (0..<25).map { "proj_\($0)" })
    #expect(fetched.flatMap { texts($0.list.rows) } == (0..<25).map { #"{"id":"key_of_proj_\#($0)"}"# })
    #expect(client.requests.count == 25)
    #expect((2...3).contains(client.mostActive))
    #expect(
      client.targets.contains("/organization/projects/proj_7/api_keys?owner_project_access=any&limit=100"))
  }

  @Test(arguments: [
    (400, "{}", true), (401, "{}", true), (403, "{}", true), (404, "{}", true),
    (401, #"{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}"#, false),
    (403, #"{"error":{"message":"… Missing scopes: api.management.read. …"}}"#, false), (500, "{}", false),
  ])
  func archivedProjectsMayRefuse(status: Int, body: String, isTolerated: Bool) async throws {
    let client = ScriptedClient { request, _ in
      request.url.contains("/proj_1/") ? .refused(status, body) : Self.list([#"{"id":"x"}"#], hasMore: false)
    }
    let diagnostics = DiagnosticsCollector()
    let api = api(client, diagnostics)
    if isTolerated {
      let fetched = try await api.fetchForEachProject(
        EndpointCatalogue.serviceAccounts, projects: projects(3, archived: [1]))
      #expect(fetched.map(\.isListed) == [true, false, true])
      #expect(diagnostics.counts == ["archived_project_not_listed": 1])
    } else {
      await #expect(throws: APIError.self) {
        try await api.fetchForEachProject(
          EndpointCatalogue.serviceAccounts, projects: projects(3, archived: [1]))
      }
    }
    await #expect(throws: APIError.self) {
      try await api.fetchForEachProject(EndpointCatalogue.serviceAccounts, projects: projects(3))
    }
  }

  @Test func projectIDsCannotChangeThePath() {
    let path = EndpointCatalogue.apiKeys.path(project: "../users?x=1#")
    #expect(path == "/organization/projects/..%2Fusers%3Fx%3D1%23/api_keys")
  }
}

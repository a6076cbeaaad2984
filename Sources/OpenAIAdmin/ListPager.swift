internal import Diagnostics
internal import JSONReader

/// A list as the API gave it.
public struct ListFetch: Sendable {
  /// False where an optional endpoint answers 404: nothing of the kind is set or offered.
  public var isOffered = true
  /// The objects, verbatim, in the API's order.
  public var rows = Rows()
  public var pages = 0
}

/// Fetches one list, or one object, whole.
///
/// `has_more` alone ends a list: `last_id` is set on the last page too, and may be missing, in which case
/// the last item's id is the cursor.
struct ListPager {
  let api: OrganizationAPI
  let endpoint: Endpoint
  let project: String?
  /// A million objects.
  var maximumPages = 10_000
  /// Empty pages in a row that are followed before they are called endless.
  private static let maximumEmptyPages = 30

  func fetch() async throws -> ListFetch {
    do {
      let isSingle = endpoint.kind == .single || endpoint.kind == .singlePerProject
      return try await isSingle ? single() : list()
    } catch let error as APIError where endpoint.isOptional && error.status == 404 {
      return ListFetch(isOffered: false, pages: 1)
    }
  }

  private func single() async throws -> ListFetch {
    let rows = try await api.get(endpoint, project: project, query: endpoint.fixedQuery) { root in
      guard root.kind == .object else { throw PageDefect(reason: "it is no JSON object") }
      var rows = Rows()
      try rows.append(root.bytes)
      return rows
    }
    return ListFetch(rows: rows, pages: 1)
  }

  private func list() async throws -> ListFetch {
    var fetch = ListFetch()
    var followed: Set<String> = []
    var cursor: String?
    var emptyPages = 0
    while true {
      guard fetch.pages < maximumPages, emptyPages < Self.maximumEmptyPages else {
        throw failure(.tooManyPages(fetch.pages))
      }
      var query = endpoint.fixedQuery
      query.append(QueryItem("limit", "\(endpoint.maximumLimit ?? 100)"))
      if let cursor { query.append(QueryItem("after", cursor)) }
      let page = try await api.get(endpoint, project: project, query: query) { try ListPage($0) }
      fetch.pages += 1
      try fetch.rows.append(contentsOf: page.rows)
      emptyPages = page.rows.isEmpty ? emptyPages + 1 : 0
      guard page.hasMore else { return fetch }
      guard let next = page.cursor else { throw failure(.noCursor) }
      guard followed.insert(next).inserted else { throw failure(.repeatedCursor) }
      cursor = next
    }
  }

  private func failure(_ problem: PageError.Problem) -> PageError {
    PageError(organization: api.name, path: endpoint.path(project: project), problem: problem)
  }
}

/// One page of a list.
struct ListPage: Sendable {
  var rows = Rows()
  let hasMore: Bool
  private(set) var cursor: String?

  /// - Throws: ``PageDefect`` where something is missing or of the wrong type.
  init(_ root: JSONValue) throws {
    guard root.kind == .object else { throw PageDefect(reason: "it is no JSON object") }
    guard let data = root["data"]?.elements else { throw PageDefect(reason: "it has no array `data`") }
    (hasMore, cursor) = try PageEnd.read(root, cursor: "last_id")
    var lastID: String?
    for item in data {
      guard item.kind == .object else { throw PageDefect(reason: "an item of `data` is no JSON object") }
      try rows.append(item.bytes)
      lastID = item["id"]?.string
    }
    cursor = cursor ?? lastID
  }
}

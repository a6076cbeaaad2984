public import Diagnostics
internal import JSONReader
public import Staging

/// One organization's API: where it is, who asks, and how.
public struct OrganizationAPI: Sendable {
  /// The organization's configured name.
  public let name: String
  /// Without a trailing slash, e.g. `https://api.openai.com/v1`.
  let baseURL: String
  let key: Secret
  let client: any HTTPClient
  let diagnostics: DiagnosticsCollector
  let timeouts: HTTPRequest.Timeouts

  /// - Parameter client: usually a ``RetryingClient`` over a ``CurlClient``, shared by all organizations.
  public init(
    name: String, baseURL: String, key: Secret, client: any HTTPClient, diagnostics: DiagnosticsCollector,
    timeouts: HTTPRequest.Timeouts = HTTPRequest.Timeouts()
  ) {
    self.name = name
    var base = Substring(baseURL)
    while base.hasSuffix("/") { base.removeLast() }
    self.baseURL = String(base)
    self.key = key
    self.client = client
    self.diagnostics = diagnostics
    self.timeouts = timeouts
  }

  /// Reads the buckets of a window of UTC days; see ``BucketPager``.
  ///
  /// - Parameters:
  ///   - endpoint: one of kind ``Endpoint/Kind/buckets``.
  ///   - groupBy: some of the endpoint's dimensions.
  ///   - limit: buckets a page; the endpoint's maximum if nil.
  ///   - today: the current UTC day: it and later days may have no bucket yet.
  ///   - eachDay: called once for each day, as soon as its page is complete.
  /// - Throws: ``APIError``, ``PageError``, ``UnusablePage``, ``TransportError``, and what `eachDay` throws.
  public func fetchDays(
    of endpoint: Endpoint, in days: DayRange, groupBy: [String], limit: Int? = nil, today: Day,
    eachDay: (BucketDay) async throws -> Void
  ) async throws -> BucketFetchReport {
    try await BucketPager(api: self, endpoint: endpoint, groupBy: groupBy, today: today)
      .fetch(days, limit: limit, eachDay: eachDay)
  }

  /// Reads a whole list, or the one object of a ``Endpoint/Kind/single``; see ``ListPager``.
  ///
  /// - Throws: ``APIError``, ``PageError``, ``UnusablePage``, ``TransportError``.
  public func fetchList(of endpoint: Endpoint) async throws -> ListFetch {
    try await ListPager(api: self, endpoint: endpoint, project: nil).fetch()
  }

  /// The projects with their rows, archived ones included.
  ///
  /// - Throws: as ``fetchList(of:)``.
  public func fetchProjects() async throws -> (list: ListFetch, projects: [ProjectReference]) {
    let list = try await fetchList(of: EndpointCatalogue.projects)
    let parser = JSONParser()
    return (list, try list.rows.compactMap { try parser.parse(Array($0)) { ProjectReference($0) } })
  }

  /// Sends one request and reads its JSON.
  ///
  /// - Throws: ``APIError`` where the answer is not 200, ``UnusablePage`` where it is no JSON or `read`
  ///   throws ``PageDefect``, and what else the client and `read` throw.
  func get<Value: Sendable>(
    _ endpoint: Endpoint, project: String? = nil, query: [QueryItem],
    read: @Sendable (JSONValue) throws -> Value
  ) async throws -> Value {
    try await get(endpoint, project: project, query: query, readBody: { try JSONParser().parse($0, read) })
  }

  /// Sends one request and reads the bytes of its answer; otherwise the same.
  func get<Value: Sendable>(
    _ endpoint: Endpoint, project: String? = nil, query: [QueryItem],
    readBody: @Sendable ([UInt8]) throws -> Value
  ) async throws -> Value {
    let path = endpoint.path(project: project)
    let text = query.map(\.text).joined(separator: "&")
    let request = HTTPRequest(
      url: baseURL + path + (text.isEmpty ? "" : "?" + text),
      headers: [(name: "Accept", value: "application/json")], bearer: key, timeouts: timeouts)
    return try await client.send(request) { response in
      guard response.status == 200 else {
        throw APIError(response, organization: name, path: path, scope: endpoint.scope, key: key)
      }
      do {
        return try readBody(response.body)
      } catch let error as JSONSyntaxError {
        throw UnusablePage(
          organization: name, path: path, reason: key.masked(in: error.description),
          isOfTheAPI: Self.isObject(response.body))
      } catch let defect as PageDefect {
        throw UnusablePage(organization: name, path: path, reason: defect.reason, isOfTheAPI: true)
      }
    }
  }
}

extension OrganizationAPI {
  /// Whether a body starts and ends as an object does. One that does not was cut, or is a proxy's page.
  fileprivate static func isObject(_ body: [UInt8]) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    return body.first { !isSpace($0) } == UInt8(ascii: "{")
      && body.last { !isSpace($0) } == UInt8(ascii: "}")
  }
}

/// What a reader of pages found wrong with one.
struct PageDefect: Error {
  let reason: String
}

import FlyingFox
import FlyingSocks
import Foundation

/// The organization API over HTTP on 127.0.0.1.
///
///     let server = SimulatorServer(options)
///     let port = try await server.start()
///     // read http://127.0.0.1:<port>/v1/organization/costs with `server.organizations[0].key`
///     await server.stop()
public actor SimulatorServer {
  /// How to reach an organization.
  public struct Account: Sendable, Equatable {
    /// `acme`: for paths and configuration.
    public var name: String
    /// `org-…`
    public var id: String
    public var displayName: String
    /// The admin key that may read everything.
    public var key: String
    /// The environment variable a configuration reads the key from.
    public var keyVariable: String
    /// May read costs and usage only.
    public var usageOnlyKey: String
    /// May read projects, users and keys only.
    public var managementOnlyKey: String
  }

  /// The API behind the socket, for tests that need no network and for looking behind the scene.
  public nonisolated let simulation: Simulation
  private nonisolated let options: SimulatorOptions
  private var server: HTTPServer?
  private var running: Task<Void, any Error>?

  public init(_ options: SimulatorOptions = SimulatorOptions()) {
    self.options = options
    simulation = Simulation(options)
  }

  public nonisolated var organizations: [Account] { simulation.accounts }

  /// Listens and returns the port once requests are answered.
  /// - Throws: `SimulatorError` when the port is taken.
  @discardableResult
  public func start() async throws -> UInt16 {
    let handler = Handler(simulation: simulation, verbose: options.verbose)
    let configuration = HTTPServer.Configuration(
      address: try .inet(ip4: "127.0.0.1", port: options.port), timeout: 3_600,
      pool: PromptSockets(base: HTTPServer.defaultPool()), logger: .disabled)
    let server = HTTPServer(config: configuration, handler: handler)
    self.server = server
    let waiting = Task { try await server.waitUntilListening(timeout: 30) }
    // A port that is taken ends the run at once, and with it the wait.
    let running = Task {
      do { try await server.run() } catch {
        waiting.cancel()
        throw error
      }
    }
    self.running = running
    do { try await waiting.value } catch {
      running.cancel()
      var cause = error
      do { try await running.value } catch { cause = error }
      throw SimulatorError(
        "cannot listen on 127.0.0.1:\(options.port): \(cause); another port, or 0 for any, may do")
    }
    guard case .ip4(_, let port)? = await server.listeningAddress else {
      throw SimulatorError("the server listens on no IPv4 address")
    }
    return port
  }

  /// Closes the port and every connection.
  public func stop() async {
    await server?.stop()
    running?.cancel()
    server = nil
    running = nil
  }

  /// Returns when the server has stopped.
  public func wait() async throws { try await running?.value }

  /// Translates between the HTTP library and the simulation.
  private struct Handler: HTTPHandler {
    let simulation: Simulation
    let verbose: Bool

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
      let query = request.target.query()
      if request.path.hasPrefix("/v1"), simulation.latencyMilliseconds > 0 {
        try await Task.sleep(for: .milliseconds(simulation.latencyMilliseconds))
      }
      let response = simulation.respond(
        to: SimulatedRequest(
          method: request.method.rawValue, path: request.path.removingPercentEncoding ?? request.path,
          query: query, authorization: request.headers[.authorization]))
      if verbose {
        let line =
          "\(request.method.rawValue) \(request.path)?\(query) \(response.status) \(response.body.count)\n"
        FileHandle.standardError.write(Data(line.utf8))
      }
      var headers = HTTPHeaders()
      for header in response.headers { headers[HTTPHeader(header.name)] = header.value }
      // A response to HEAD has no body; the HTTP library would send it.
      let bytes = request.method == .HEAD ? [] : response.body
      let body = ResponseBody(bytes: bytes, delivery: response.delivery)
      return HTTPResponse(
        statusCode: HTTPStatusCode(response.status, phrase: Self.phrase(response.status)), headers: headers,
        body: HTTPBodySequence(from: body, count: bytes.count, suggestedBufferSize: 262_144))
    }

    private static func phrase(_ status: Int) -> String {
      switch status {
      case 200: "OK"
      case 400: "Bad Request"
      case 401: "Unauthorized"
      case 403: "Forbidden"
      case 404: "Not Found"
      case 405: "Method Not Allowed"
      case 408: "Request Timeout"
      case 409: "Conflict"
      case 302: "Found"
      case 429: "Too Many Requests"
      case 500: "Internal Server Error"
      case 502: "Bad Gateway"
      case 504: "Gateway Timeout"
      case 503: "Service Unavailable"
      default: "Status"
      }
    }
  }
}

extension Simulation {
  /// How to reach each organization.
  public var accounts: [SimulatorServer.Account] {
    state.withLock { $0.world.organizations }.map { organization in
      func key(_ scopes: Set<Scope>) -> String {
        organization.adminKeys.first { $0.scopes == scopes }?.secret ?? ""
      }
      return SimulatorServer.Account(
        name: organization.name, id: organization.id, displayName: organization.displayName,
        key: key(Set(Scope.allCases)), keyVariable: organization.keyVariable, usageOnlyKey: key([.usage]),
        managementOnlyKey: key([.management]))
    }
  }

  /// The last day with data.
  public var today: UTCDay { state.withLock { $0.world.today } }
}

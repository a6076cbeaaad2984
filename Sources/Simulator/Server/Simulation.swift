import Synchronization

/// The organization API without a network: requests in, responses out. Safe to call from anywhere.
public final class Simulation: Sendable {
  /// What the requests so far have left behind.
  struct State: Sendable {
    var world: World
    var faults: FaultPlan
    var latencyMilliseconds: Int
    var requests: [SeenRequest] = []
    /// Requests under `/v1` since the start, or since the log was cleared.
    var served = 0
  }

  /// A request that came in, for tests that assert what a client asks.
  public struct SeenRequest: Sendable, Equatable {
    public var method: String
    public var path: String
    /// As it came, percent-encoded.
    public var query: String
    public var status: Int
    /// The organization whose key it bore.
    public var organization: String?
  }

  let state: Mutex<State>
  private let cache = RowCache()

  public init(_ options: SimulatorOptions = SimulatorOptions()) {
    state = Mutex(
      State(
        world: World(options), faults: options.faults, latencyMilliseconds: options.latencyMilliseconds))
  }

  /// How long an answer under `/v1` is to be held back.
  public var latencyMilliseconds: Int { state.withLock { $0.latencyMilliseconds } }

  /// Answers a request, faults included, and logs it.
  public func respond(to request: SimulatedRequest) -> SimulatedResponse {
    if request.path.hasPrefix("/_simulate/") { return control(request) }
    let (world, turn, fault) = state.withLock { state in
      state.served += 1
      return (state.world, state.served, state.faults.fault(for: state.served))
    }
    let caller = Self.caller(of: request, in: world)
    var response: SimulatedResponse
    if let fault, let refusal = fault.refusal {
      response = refusal
    } else {
      do throws(APIError) {
        response = SimulatedResponse(body: try answer(request, caller, world, turn: UInt64(turn)))
        if world.oddities.has(.pretty) { response.body = ByteWriter.indented(response.body) }
      } catch {
        response = SimulatedResponse(error)
        if world.oddities.has(.bareErrors) { response.body = error.bareBody }
      }
      fault?.damage(&response)
    }
    response.headers.append(("x-request-id", "req_\(turn)"))
    let seen = SeenRequest(
      method: request.method, path: request.path, query: request.query, status: response.status,
      organization: caller.map { world.organizations[$0.organization].name })
    state.withLock { state in
      // A server that runs for weeks must not fill the memory with what it was asked.
      if state.requests.count >= 200_000 { state.requests.removeFirst(100_000) }
      state.requests.append(seen)
    }
    return response
  }

  /// What came in under `/v1`, in order: at least the latest hundred thousand requests.
  public var requests: [SeenRequest] { state.withLock { $0.requests } }

  /// Who a key belongs to, and what it may read.
  private struct Caller {
    var organization: Int
    var scopes: Set<Scope>
  }

  private static func secret(of request: SimulatedRequest) -> String? {
    guard let header = request.authorization else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }

  private static func caller(of request: SimulatedRequest, in world: World) -> Caller? {
    guard let secret = secret(of: request) else { return nil }
    for organization in world.organizations {
      for key in organization.adminKeys where key.secret == secret {
        return Caller(organization: organization.index, scopes: key.scopes)
      }
    }
    return nil
  }

  /// Checks in the order of the real one: key, path, method, scope, parameters.
  private func answer(
    _ request: SimulatedRequest, _ caller: Caller?, _ world: World, turn: UInt64
  ) throws(APIError) -> [UInt8] {
    guard let caller else {
      guard let secret = Self.secret(of: request) else { throw .noKey }
      throw .wrongKey(secret)
    }
    var path = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    guard path.starts(with: ["v1", "organization"]), path.count > 2 else {
      throw .unknownPath(request.method, request.path)
    }
    path.removeFirst(2)
    let reporting = path[0] == "costs" || path[0] == "usage"
    guard reporting || ["projects", "users", "admin_api_keys", "spend_limit"].contains(path[0]) else {
      throw .unknownPath(request.method, request.path)
    }
    guard request.method == "GET" else { throw .method(request.method, request.path) }
    let scope = reporting ? Scope.usage : .management
    guard caller.scopes.contains(scope) else { throw .missingScope(scope) }
    let query = QueryItems(request.query)
    let organization = world.organizations[caller.organization]
    if reporting {
      let answers = BucketAnswers(world: world, organization: organization, cache: cache, turn: turn)
      if path == ["costs"] { return try answers.costs(query, path: request.path) }
      if path.count == 2, path[0] == "usage", let name = UsageEndpoint.Name(rawValue: path[1]) {
        return try answers.usage(name, query, path: request.path)
      }
    } else if let body = try AdministrationAnswers(world: world, organization: organization).answer(
      path, query)
    {
      return body
    }
    throw .unknownPath(request.method, request.path)
  }

  /// Changes the world; nothing rendered before is served afterwards.
  func change<Failure: Error>(_ body: (inout State) throws(Failure) -> Void) throws(Failure) {
    try state.withLock { (state) throws(Failure) in
      var copy = state
      try body(&copy)
      copy.world.changed()
      state = copy
    }
    cache.clear()
  }
}

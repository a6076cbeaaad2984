/// The endpoints under `/_simulate/`: to look behind the scene and to change it while it runs.
///
/// - `GET truth?organization=acme&date=2026-11-03`: who truly spent what.
/// - `GET requests`: every request under `/v1` so far, with its status.
/// - `POST set?…`: changes, several at a time; answers with the settings that hold now.
extension Simulation {
  func control(_ request: SimulatedRequest) -> SimulatedResponse {
    do {
      let query = QueryItems(request.query)
      switch (request.method, request.path) {
      case ("GET", "/_simulate/truth"):
        try query.allowing(["organization", "date"])
        guard let name = try query.one("organization") else { throw APIError.missing("organization") }
        guard let day = try query.one("date").flatMap(UTCDay.init(iso:)) else {
          throw APIError.invalid("date", "'date' is missing or no day, expected YYYY-MM-DD.")
        }
        return SimulatedResponse(body: try truth(organization: name, day: day).body)
      case ("GET", "/_simulate/requests"):
        try query.allowing([])
        return SimulatedResponse(body: requestLog)
      case ("POST", "/_simulate/set"):
        try set(query)
        return SimulatedResponse(body: settings)
      case (_, "/_simulate/truth"), (_, "/_simulate/requests"), (_, "/_simulate/set"):
        throw APIError.method(request.method, request.path)
      default: throw APIError.unknownPath(request.method, request.path)
      }
    } catch let error as APIError {
      return SimulatedResponse(error)
    } catch {
      return SimulatedResponse(.invalid(nil, "\(error)"))
    }
  }

  /// The same as `POST /_simulate/set`, without a network.
  /// - Parameter settings: as in a query, percent-encoded: `organization=acme&restate=2026-11-03`.
  /// - Throws: `SimulatorError` with the reason why nothing was changed.
  public func set(_ settings: String) throws(SimulatorError) {
    do { try set(QueryItems(settings)) } catch let error as APIError {
      throw SimulatorError("\(settings): \(error.message)")
    } catch {
      throw SimulatorError("\(settings): \(error)")
    }
  }

  /// Changes settings, all or none of them.
  ///
  /// `oddities=LIST`, `faults=LIST`, `latency_ms=N`, `today=DAY`, `clear_requests=true`; and, with
  /// `organization=NAME`: `restate=DAY`, `rename_project=ID&name=…`, `archive_project=ID`,
  /// `rename_user=ID&name=…`, `delete_user=ID`, `delete_key=ID`.
  /// - Throws: `APIError` or `SimulatorError` for what cannot be done.
  private func set(_ query: QueryItems) throws {
    try query.allowing([
      "oddities", "faults", "latency_ms", "today", "clear_requests", "organization", "restate",
      "rename_project",
      "archive_project", "rename_user", "delete_user", "delete_key", "name",
    ])
    try change { (state: inout State) throws in
      if let list = try query.one("oddities") { state.world.oddities = try Oddities(parsing: list) }
      if let list = try query.one("faults") { state.faults = try FaultPlan(parsing: list) }
      state.latencyMilliseconds =
        try query.integer("latency_ms", in: 0...600_000, default: state.latencyMilliseconds)
      if let text = try query.one("today") {
        guard let day = UTCDay(iso: text) else { throw APIError.invalid("today", "'\(text)' is no day.") }
        state.world.today = day
      }
      if try query.boolean("clear_requests") == true {
        state.requests = []
        state.served = 0
      }
      guard let name = try query.one("organization") else {
        let needing = [
          "restate", "rename_project", "archive_project", "rename_user", "delete_user", "delete_key",
        ]
        if needing.contains(where: { !query.all($0).isEmpty }) { throw APIError.missing("organization") }
        return
      }
      guard let index = state.world.organizations.firstIndex(where: { $0.name == name }) else {
        throw APIError.notFound("Organization", name)
      }
      for text in query.all("restate") {
        guard let day = UTCDay(iso: text) else { throw APIError.invalid("restate", "'\(text)' is no day.") }
        state.world.restate(index, day)
      }
      try Self.edit(&state.world.organizations[index], query, today: state.world.today)
    }
  }

  private static func edit(_ organization: inout Organization, _ query: QueryItems, today: UTCDay) throws {
    func project(_ name: String) throws -> Int? {
      guard let id = try query.one(name) else { return nil }
      guard let index = organization.projects.firstIndex(where: { $0.id == id }) else {
        throw APIError.notFound("Project", id)
      }
      return index
    }
    func principal(_ name: String) throws -> Int? {
      guard let id = try query.one(name) else { return nil }
      guard let index = organization.principals.firstIndex(where: { $0.id == id }) else {
        throw APIError.notFound("User", id)
      }
      return index
    }
    if let index = try project("rename_project") { organization.projects[index].name = try query.one("name") }
    if let index = try project("archive_project") {
      organization.projects[index].archivedAt = today.startTime
    }
    if let index = try principal("rename_user") {
      organization.principals[index].name = try query.one("name")
    }
    if let index = try principal("delete_user") { organization.principals[index].deleted = true }
    if let id = try query.one("delete_key") {
      guard let index = organization.keys.firstIndex(where: { $0.id == id }) else {
        throw APIError.notFound("API key", id)
      }
      organization.keys[index].deleted = true
    }
  }

  private var requestLog: [UInt8] {
    var writer = ByteWriter()
    writer.raw("{\"requests\":[")
    for (index, request) in requests.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ",")) }
      writer.raw("{\"method\":")
      writer.string(request.method)
      writer.raw(",\"path\":")
      writer.string(request.path)
      writer.raw(",\"query\":")
      writer.string(request.query)
      writer.raw(",\"status\":")
      writer.integer(request.status)
      writer.raw(",\"organization\":")
      writer.string(request.organization)
      writer.raw("}")
    }
    writer.raw("]}")
    return writer.bytes
  }

  private var settings: [UInt8] {
    let (world, latency) = state.withLock { ($0.world, $0.latencyMilliseconds) }
    var writer = ByteWriter()
    writer.raw("{\"today\":")
    writer.string(world.today.description)
    writer.raw(",\"oddities\":")
    writer.string(world.oddities.names.map(\.rawValue).sorted().joined(separator: ","))
    writer.raw(",\"latency_ms\":")
    writer.integer(latency)
    writer.raw(",\"version\":")
    writer.integer(world.version)
    writer.raw("}")
    return writer.bytes
  }
}

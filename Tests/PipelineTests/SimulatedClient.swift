import Pipeline
import Simulator
import Staging
import Synchronization
import Testing

@testable import OpenAIAdmin

/// Hands requests to a simulation without a network.
final class SimulatedClient: HTTPClient {
  let simulation: Simulation
  private let seen = Mutex<[String]>([])

  init(_ simulation: Simulation) { self.simulation = simulation }

  /// URLs asked for so far.
  var requests: [String] { seen.withLock { $0 } }
  func forgetRequests() { seen.withLock { $0 = [] } }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    seen.withLock { $0.append(request.url) }
    let parts = request.url.dropFirst("http://127.0.0.1:1".count).split(separator: "?", maxSplits: 1)
    let key = request.bearer?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
    let answer = simulation.respond(
      to: SimulatedRequest(
        path: String(parts[0]).removingPercentEncodingIfPossible,
        query: parts.count > 1 ? String(parts[1]) : "",
        authorization: "Bearer \(key)"))
    return HTTPResponse(status: answer.status, headers: answer.headers, body: answer.body)
  }
}

extension SimulatedClient {
  static let today = "2026-11-20"

  /// A small world that ends on 2026-11-20.
  convenience init(
    oddities: String = "realistic", _ adjust: (inout SimulatorOptions) -> Void = { _ in }
  ) throws {
    var options = SimulatorOptions()
    options.today = UTCDay(iso: Self.today)
    options.projects = 4
    options.users = 5
    options.keys = 2
    options.models = 4
    options.days = 30
    options.rows = 20
    options.oddities = try Oddities(parsing: oddities)
    adjust(&options)
    self.init(Simulation(options))
  }

  /// A pipeline whose organizations are the simulation's.
  func harness(
    store: any Store = MemoryStore(), baseURL: String = "http://127.0.0.1:1/v1",
    transport: (any HTTPClient)? = nil, settings: String = ""
  ) throws -> Harness {
    try Harness(
      organizations: simulation.accounts.map { ($0.name, baseURL, $0.key) }, transport: transport ?? self,
      store: store, today: Self.today, settings: settings)
  }

  /// Changes the world: what follows `/_simulate/set?`.
  func set(_ query: String) {
    let answer = simulation.respond(
      to: SimulatedRequest(method: "POST", path: "/_simulate/set", query: query))
    #expect(answer.status == 200)
  }
}

extension String {
  fileprivate var removingPercentEncodingIfPossible: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

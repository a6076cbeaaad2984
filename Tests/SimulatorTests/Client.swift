import Simulator

/// Asks a simulation without a network.
struct Client {
  let simulation: Simulation
  var account: SimulatorServer.Account

  static let today = UTCDay(iso: "2026-11-20") ?? .today

  /// - Parameter adjust: changes the options of a small world that ends on 2026-11-20.
  init(_ adjust: (inout SimulatorOptions) -> Void = { _ in }) {
    var options = SimulatorOptions()
    options.today = Self.today
    options.rows = 60
    adjust(&options)
    simulation = Simulation(options)
    account = simulation.accounts[0]
  }

  init(oddities: String, _ adjust: (inout SimulatorOptions) -> Void = { _ in }) throws {
    let parsed = try Oddities(parsing: oddities)
    self.init {
      $0.oddities = parsed
      adjust(&$0)
    }
  }

  /// - Parameter path: what follows `/v1/organization/`, query included.
  func ask(_ path: String, method: String = "GET", authorization: String? = nil) -> SimulatedResponse {
    let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
    return simulation.respond(
      to: SimulatedRequest(
        method: method, path: "/v1/organization/" + parts[0], query: parts.count > 1 ? parts[1] : "",
        authorization: authorization ?? "Bearer \(account.key)"))
  }

  func get(_ path: String) throws -> JSON { try JSON(parsing: ask(path).body) }

  /// A request to `/_simulate/`.
  @discardableResult
  func control(_ path: String, method: String = "POST") throws -> (status: Int, body: JSON) {
    let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
    let response = simulation.respond(
      to: SimulatedRequest(
        method: method, path: "/_simulate/" + parts[0], query: parts.count > 1 ? parts[1] : ""))
    return (response.status, try JSON(parsing: response.body))
  }

  /// `start_time=…&end_time=…` of some days, the first of which is named.
  static func range(_ day: String, days: Int = 1) -> String {
    let start = UTCDay(iso: day)?.startTime ?? 0
    return "start_time=\(start)&end_time=\(start + days * 86_400)"
  }

  static func groupBy(_ dimensions: [String]) -> String {
    dimensions.map { "&group_by=\($0)" }.joined()
  }

  /// The rows of a one-day query.
  func rows(_ endpoint: String, _ day: String, by dimensions: [String] = [], more: String = "") throws
    -> [JSON]
  {
    let page = try get("\(endpoint)?\(Self.range(day))\(Self.groupBy(dimensions))\(more)")
    return page["data"].elements.flatMap { $0["results"].elements }
  }
}

/// What each endpoint can be grouped by, and the metrics of its rows.
let endpoints: [(path: String, dimensions: [String], metrics: [String])] = {
  let who = ["project_id", "user_id", "api_key_id"]
  let tokens = [
    "input_tokens", "output_tokens", "input_cached_tokens", "input_cache_write_tokens",
    "input_uncached_tokens",
    "input_cache_write_30m_tokens", "input_cache_write_12h_tokens", "input_text_tokens", "input_audio_tokens",
    "input_image_tokens", "input_cached_text_tokens", "input_cached_audio_tokens",
    "input_cached_image_tokens",
    "output_text_tokens", "output_audio_tokens", "output_image_tokens", "num_model_requests",
  ]
  return [
    ("usage/completions", who + ["model", "batch", "service_tier", "api_source"], tokens),
    ("usage/decisions", who + ["model", "batch", "service_tier", "api_source"], tokens),
    ("usage/embeddings", who + ["model"], ["input_tokens", "num_model_requests"]),
    ("usage/moderations", who + ["model"], ["input_tokens", "num_model_requests"]),
    ("usage/images", who + ["model", "size", "source"], ["images", "num_model_requests"]),
    ("usage/audio_speeches", who + ["model"], ["characters", "num_model_requests"]),
    ("usage/audio_transcriptions", who + ["model"], ["seconds", "num_model_requests"]),
    ("usage/vector_stores", ["project_id"], ["usage_bytes"]),
    ("usage/code_interpreter_sessions", ["project_id"], ["num_sessions"]),
    ("usage/file_search_calls", who + ["vector_store_id"], ["num_requests"]),
    (
      "usage/web_search_calls", who + ["model", "context_level", "api_source"],
      ["num_requests", "num_model_requests"]
    ),
  ]
}()

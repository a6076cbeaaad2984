import OpenAIAdmin
import Spend
import Staging
import Testing

/// An organization API that answers what a test says, where the simulator is too honest.
///
/// Organizations are told apart by their base URL, `http://127.0.0.1:1/<name>`.
struct ScriptedAPI: HTTPClient {
  /// One request.
  struct Call: Sendable {
    let organization: String
    /// Below the base URL: `/organization/costs`.
    let path: String
    let query: [(name: String, value: String)]

    func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
    var isCosts: Bool { path == "/organization/costs" }
    var isGrouped: Bool { !values("group_by").isEmpty }
    var days: DayRange {
      func day(_ name: String) -> Day { Day(containing: values(name).first.flatMap(Int.init) ?? 0) }
      return DayRange(from: day("start_time"), to: day("end_time"))
    }
  }

  /// Grouped cost rows by day, `YYYY-MM-DD`, as JSON; a day without any has no cost.
  var costs: [String: [String]] = [:]
  /// Ungrouped cost rows, where they are not to be the sum of the grouped ones.
  var ungrouped: [String: [String]] = [:]
  /// Rows of usage by dataset's last path component and day.
  var usage: [String: [String: [String]]] = [:]
  /// Rows of lists by path below `/organization/`.
  var lists: [String: [String]] = [:]
  /// Answers in place of the usual ones.
  var answer: @Sendable (Call) -> HTTPResponse? = { _ in nil }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let parts = request.url.dropFirst("http://127.0.0.1:1/".count).split(separator: "?", maxSplits: 1)
    let place = parts[0].split(separator: "/", maxSplits: 1)
    let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: String(pair[0]), value: String(pair.last ?? ""))
    }
    let call = Call(organization: String(place[0]), path: "/" + place[1], query: query)
    if let answer = answer(call) { return answer }
    if call.isCosts { return try buckets(call) { try costRows($0, isGrouped: call.isGrouped) } }
    let name = call.path.split(separator: "/").dropFirst().joined(separator: "/")
    if name.hasPrefix("usage/") {
      return try buckets(call) { usage[String(name.dropFirst("usage/".count))]?[$0] ?? [] }
    }
    if name.hasSuffix("spend_limit") { return Self.refusal(404, "no spend limit is set") }
    let rows = lists[name] ?? []
    return Self.json(
      "{\"object\":\"list\",\"data\":[\(rows.joined(separator: ","))],\"has_more\":false,\"last_id\":null}")
  }

  /// Grouped rows as they are; ungrouped, one row for each currency.
  private func costRows(_ day: String, isGrouped: Bool) throws -> [String] {
    let rows = costs[day] ?? []
    if isGrouped { return rows }
    if let rows = ungrouped[day] { return rows }
    var totals = ControlTotals()
    for row in rows {
      guard let amount = row.firstMatch(of: /"value":"?([^,"}]+)/)?.1,
        let currency = row.firstMatch(of: /"currency":"([^"]+)"/)?.1
      else { continue }
      totals.add(try ExactDecimal(amount), try Currency(parsing: String(currency)))
    }
    return totals.map { Self.cost($0.amount.description, currency: $0.currency.code.lowercased()) }
  }

  private func buckets(_ call: Call, _ rows: (String) throws -> [String]) throws -> HTTPResponse {
    let buckets = try call.days.map { day in
      "{\"object\":\"bucket\",\"start_time\":\(day.startSeconds),\"end_time\":\(day.next.startSeconds),"
        + "\"results\":[\(try rows(day.description).joined(separator: ","))]}"
    }
    return Self.json(
      "{\"object\":\"page\",\"data\":[\(buckets.joined(separator: ","))],\"has_more\":false,\"next_page\":null}"
    )
  }

  static func json(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
  }

  static func refusal(_ status: Int, _ message: String, code: String? = nil) -> HTTPResponse {
    json(
      "{\"error\":{\"message\":\"\(message)\",\"type\":\"invalid_request_error\",\"param\":null,"
        + "\"code\":\(code.map { "\"\($0)\"" } ?? "null")}}", status: status)
  }

  /// A row of costs.
  static func cost(
    _ amount: String, currency: String = "usd", lineItem: String? = nil, project: String? = nil,
    quantity: String? = nil, unit: String? = nil
  ) -> String {
    func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
    return
      "{\"object\":\"organization.costs.result\",\"amount\":{\"value\":\(amount),\"currency\":\"\(currency)\"},"
      + "\"line_item\":\(text(lineItem)),\"project_id\":\(text(project)),\"api_key_id\":null,\"user_id\":null,"
      + "\"quantity\":\(quantity ?? "null"),\"quantity_unit\":\(text(unit))}"
  }
}

extension ScriptedAPI {
  /// Three days of cost of two organizations, which answer alike.
  static var ordinary: ScriptedAPI {
    var api = ScriptedAPI()
    for (index, day) in ["2026-11-02", "2026-11-03", "2026-11-04"].enumerated() {
      api.costs[day] = [
        cost("1.\(index)5", lineItem: "gpt-5, input", project: "proj_1", quantity: "1000000", unit: "tokens"),
        cost(
          "0.000000000000000000000000000\(index + 1)", lineItem: "gpt-5, output", project: "proj_2",
          quantity: "3"),
        cost("-0.5", lineItem: "Credit"),
      ]
    }
    api.lists["projects"] = [
      #"{"id":"proj_1","name":"Search","status":"active"}"#,
      #"{"id":"proj_2","name":"Chat","status":"active"}"#,
    ]
    return api
  }

  /// A pipeline over `acme` and `globex`, both answered by this script.
  func harness(
    _ names: [String] = ["acme", "globex"], store: any Store = MemoryStore(), settings: String = ""
  ) throws -> Harness {
    try Harness(
      organizations: names.map { ($0, "http://127.0.0.1:1/\($0)", "sk-admin-\($0)-secret") }, transport: self,
      store: store, today: "2026-11-20", settings: settings)
  }
}

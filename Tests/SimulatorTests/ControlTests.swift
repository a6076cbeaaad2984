import Simulator
import Testing

@Suite struct ControlTests {
  private static let dimensions = ["project_id", "line_item"]

  @Test func aRestatedDayChangesAndNoOther() throws {
    let client = Client()
    let before = try client.rows("costs", "2026-11-03", by: Self.dimensions)
    let neighbour = try client.rows("costs", "2026-11-04", by: Self.dimensions)
    let usage = try client.rows("usage/completions", "2026-11-03")[0]
    #expect(try client.control("set?organization=acme&restate=2026-11-03").status == 200)
    #expect(try client.rows("costs", "2026-11-03", by: Self.dimensions) != before)
    #expect(try client.rows("costs", "2026-11-04", by: Self.dimensions) == neighbour)
    let restated = try client.rows("usage/completions", "2026-11-03")[0]
    #expect(try #require(restated["input_tokens"].integer) > (try #require(usage["input_tokens"].integer)))
    let flagged = Client { $0.restatements = [.init(day: UTCDay(iso: "2026-11-03") ?? .today, times: 1)] }
    #expect(
      try flagged.rows("costs", "2026-11-03", by: Self.dimensions)
        == client.rows("costs", "2026-11-03", by: Self.dimensions))
  }

  @Test func truthIsServed() throws {
    let client = Client()
    let answer = try client.control("truth?organization=acme&date=2026-11-03", method: "GET").body
    let day = try #require(UTCDay(iso: "2026-11-03"))
    let truth = try client.simulation.truth(organization: "acme", day: day)
    #expect(answer["total"] == .string(truth.total))
    #expect(answer["lines"].elements.count == truth.lines.count)
    #expect(truth.lines.contains { $0.principal != nil && $0.apiKey == nil })
    #expect(try client.control("truth?organization=none&date=2026-11-03", method: "GET").status == 400)
    #expect(try client.control("truth?organization=acme", method: "GET").status == 400)
    #expect(try client.control("truth?organization=acme&date=2026-11-03").status == 405)
  }

  @Test func truthIsIndependentOfTheWire() throws {
    let day = try #require(UTCDay(iso: "2026-11-03"))
    let plain = try Client(oddities: "none,credits,org-level").simulation.truth(
      organization: "acme", day: day)
    #expect(
      try Client(oddities: "all,key-floor=2026-11-20").simulation.truth(organization: "acme", day: day)
        == plain)
  }

  @Test func requestsAreLogged() throws {
    let client = Client()
    _ = client.ask("costs?start_time=\(Client.today.startTime)&group_by[]=line_item")
    _ = client.ask("users?limit=0")
    _ = client.ask("users", authorization: "Bearer wrong")
    let log = client.simulation.requests
    #expect(log.map(\.status) == [200, 400, 401])
    #expect(log.map(\.organization) == ["acme", "acme", nil])
    #expect(log[0].query == "start_time=\(Client.today.startTime)&group_by[]=line_item")
    let served = try client.control("requests", method: "GET").body["requests"].elements
    #expect(served.map { $0["path"] } == log.map { .string($0.path) })
    try client.control("set?clear_requests=true")
    #expect(client.simulation.requests.isEmpty)
  }

  @Test func renamesAndDeletions() throws {
    let client = try Client(oddities: "undocumented-fields,archived-refuse")
    let project = try #require(try client.get("projects")["data"].elements.first?["id"].text)
    let user = try #require(try client.get("users")["data"].elements.first?["id"].text)
    let keys = "projects/\(project)/api_keys"
    let key = try #require(try client.get(keys)["data"].elements.first?["id"].text)
    let before = try client.rows("costs", "2026-11-03", by: ["project_id"])
    try client.control("set?organization=acme&rename_project=\(project)&name=New%20name")
    try client.control("set?organization=acme&delete_user=\(user)&delete_key=\(key)")
    #expect(try client.get("projects/\(project)")["name"] == .string("New name"))
    #expect(client.ask("users/\(user)").status == 404)
    #expect(try !client.get(keys)["data"].elements.contains { $0["id"] == .string(key) })
    let after = try client.rows("costs", "2026-11-03", by: ["project_id"])
    #expect(after.map { $0["amount"] } == before.map { $0["amount"] })
    #expect(after.contains { $0["project_name"] == .string("New name") })
    try client.control("set?organization=acme&archive_project=\(project)")
    #expect(client.ask(keys).status == 400)
  }

  @Test func allOrNothing() throws {
    let client = Client()
    #expect(try client.control("set?oddities=none&today=never").status == 400)
    #expect(try client.control("set?oddities=nonsense").status == 400)
    #expect(try client.control("set?restate=2026-11-03").status == 400)
    #expect(try client.control("set?organization=none&restate=2026-11-03").status == 404)
    #expect(try client.control("set?unknown=1").status == 400)
    #expect(try client.control("nothing").status == 404)
    #expect(throws: SimulatorError.self) { try client.simulation.set("unknown=1") }
    let settings = try client.control("set").body
    #expect(settings["oddities"].text?.contains("long-amounts") == true)
    #expect(settings["today"] == .string("2026-11-20"))
  }

  @Test func todayMoves() throws {
    let client = Client()
    let query = "costs?start_time=\(Client.today.startTime)"
    #expect(try client.get(query)["data"].elements.count == 1)
    try client.simulation.set("today=2026-11-21")
    #expect(try client.get(query)["data"].elements.count == 2)
  }

  @Test func faultsHitByNumber() throws {
    let faults = try FaultPlan(parsing: "429:3:2,500:4,html:5,outage:7-8")
    let client = Client { $0.faults = faults }
    let answers = (1...8).map { _ in client.ask("spend_limit") }
    #expect(answers.map(\.status) == [200, 200, 429, 500, 200, 429, 503, 500])
    #expect(answers[2].headers.contains { $0.name == "Retry-After" && $0.value == "2" })
    #expect(answers[4].headers.contains { $0.value.hasPrefix("text/html") })
    #expect(try JSON(parsing: answers[3].body)["error"].text != nil)
  }

  @Test func faultsOfEveryKind() throws {
    func answer(_ fault: String) throws -> SimulatedResponse {
      let faults = try FaultPlan(parsing: fault)
      return Client { $0.faults = faults }.ask("projects?include_archived=true")
    }
    for status in [408, 409, 500, 502, 503, 504] { #expect(try answer("\(status):1").status == status) }
    let redirect = try answer("redirect:1")
    #expect(redirect.status == 302 && redirect.headers.contains { $0.name == "Location" })
    let whole = try answer("none")
    let half = try answer("json:1")
    #expect(half.status == 200 && half.body.count == (whole.body.count + 1) / 2)
    #expect(whole.body.starts(with: half.body) && half.delivery == .whole)
    guard case .slow(_, 3000) = try answer("hang:1:3").delivery else {
      Issue.record("it does not hang")
      return
    }
    let last = try answer("remaining:1:7").headers
    #expect(last.contains { $0.name == "x-ratelimit-remaining-requests" && $0.value == "0" })
    #expect(last.contains { $0.name == "x-ratelimit-reset-requests" && $0.value == "7s" })
  }

  @Test(arguments: [
    "hang:1:-2", "502:1:1", "429", "429:0", "418:3", "cut:x", "500:3:1", "outage:5", "outage:8-7", "429:3:x",
  ])
  func refusesUnknownFaults(list: String) {
    #expect(throws: SimulatorError.self) { try FaultPlan(parsing: list) }
  }
}

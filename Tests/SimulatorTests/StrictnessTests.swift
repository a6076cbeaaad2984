import Simulator
import Testing

@Suite struct StrictnessTests {
  private static let start = "start_time=\(UTCDay(iso: "2026-11-03")?.startTime ?? 0)"

  @Test(arguments: [
    ("costs", "start_time"), ("costs?start_time=soon", "start_time"), ("costs?start_time=+1", "start_time"),
    ("costs?\(start)&bucket_width=1h", "bucket_width"), ("costs?\(start)&bucket_width=1m", "bucket_width"),
    ("costs?\(start)&limit=0", "limit"), ("costs?\(start)&limit=181", "limit"),
    ("costs?\(start)&limit=7&limit=8", "limit"), ("costs?\(start)&group_by=model", "group_by"),
    ("costs?\(start)&group_by=project_id,line_item", "group_by"), ("costs?\(start)&group_by=", "group_by"),
    ("costs?\(start)&models=gpt-4o", "models"), ("costs?\(start)&user_ids=user-1", "user_ids"),
    ("costs?\(start)&end_time=1", "end_time"), ("costs?\(start)&page=page_AAAA", "page"),
    ("costs?\(start)&page=", "page"), ("costs?\(start)&nonsense=1", "nonsense"),
    ("usage/completions?\(start)&limit=32", "limit"),
    ("usage/completions?\(start)&group_by=line_item", "group_by"),
    ("usage/completions?\(start)&bucket_width=1h&limit=169", "limit"),
    ("usage/completions?\(start)&bucket_width=1m&limit=1441", "limit"),
    ("usage/completions?\(start)&bucket_width=1w", "bucket_width"),
    ("usage/completions?\(start)&batch=yes", "batch"), ("usage/embeddings?\(start)&batch=true", "batch"),
    ("usage/vector_stores?\(start)&group_by=user_id", "group_by"),
    ("usage/vector_stores?\(start)&api_key_ids=key_1", "api_key_ids"),
    ("usage/images?\(start)&sizes=12x12", "sizes"),
    ("usage/web_search_calls?\(start)&context_levels=huge", "context_levels"),
    ("projects?limit=101", "limit"), ("projects?limit=0", "limit"), ("projects?after=proj_none", "after"),
    ("projects?include_archived=maybe", "include_archived"), ("projects?before=proj_none", "before"),
    ("users?after=user-none", "after"), ("admin_api_keys?order=up", "order"),
  ])
  func refusesWithBadRequest(path: String, parameter: String) throws {
    let response = Client().ask(path)
    let error = try JSON(parsing: response.body)["error"]
    #expect(response.status == 400)
    #expect(error["param"] == .string(parameter))
    #expect(error["type"] == .string("invalid_request_error"))
    #expect(error.names == ["message", "type", "param", "code"])
  }

  @Test func looksBackOneYear() throws {
    let client = Client()
    let earliest = try #require(UTCDay(iso: "2025-11-20")).startTime
    #expect(client.ask("costs?start_time=\(earliest)").status == 200)
    let response = client.ask("costs?start_time=\(earliest - 1)")
    let error = try JSON(parsing: response.body)["error"]
    #expect(response.status == 400)
    #expect(error["code"] == .string("reporting_lookback_exceeded"))
    #expect(error["message"].text?.hasSuffix("Earliest supported start date: 2025-11-20 (UTC).") == true)
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "HEAD"])
  func onlyReads(method: String) {
    #expect(Client().ask("costs?\(Self.start)", method: method).status == 405)
    #expect(Client().ask("projects", method: method).status == 405)
  }

  @Test(arguments: ["Basic abc", "Bearer", "Bearer sk-admin-wrong", "sk-admin-wrong", ""])
  func refusesWrongKeys(authorization: String) throws {
    let response = Client().ask("costs?\(Self.start)", authorization: authorization)
    #expect(response.status == 401)
    #expect(try JSON(parsing: response.body)["error"].names == ["message", "type", "param", "code"])
    #expect(!String(decoding: response.body, as: UTF8.self).contains("sk-admin-wrong"))
  }

  @Test func keysHaveScopes() throws {
    let client = Client()
    let account = client.account
    for (path, key, scope) in [
      ("costs?\(Self.start)", account.managementOnlyKey, "api.usage.read"),
      ("usage/completions?\(Self.start)", account.managementOnlyKey, "api.usage.read"),
      ("projects", account.usageOnlyKey, "api.management.read"),
      ("users", account.usageOnlyKey, "api.management.read"),
    ] {
      let response = client.ask(path, authorization: "Bearer \(key)")
      #expect(response.status == 403)
      let message = try #require(try JSON(parsing: response.body)["error"]["message"].text)
      #expect(message.contains("Missing scopes: \(scope)."))
      let other = key == account.usageOnlyKey ? account.managementOnlyKey : account.usageOnlyKey
      #expect(client.ask(path, authorization: "Bearer \(other)").status == 200)
    }
  }

  @Test(arguments: [
    "nothing", "usage", "usage/nothing", "costs/more", "projects/proj_none/api_keys", "users/user-none",
  ])
  func unknownPathsAreNotFound(path: String) {
    #expect(Client().ask(path).status == 404)
  }

  @Test func acceptsBothSpellingsOfAnArray() {
    let client = Client()
    let plain = client.ask("costs?\(Self.start)&group_by=project_id&group_by=line_item")
    #expect(plain.status == 200)
    #expect(plain.body == client.ask("costs?\(Self.start)&group_by[]=project_id&group_by[]=line_item").body)
    #expect(
      plain.body == client.ask("costs?\(Self.start)&group_by%5B%5D=project_id&group_by%5B%5D=line_item").body)
  }

  @Test func filtersNarrow() throws {
    let client = Client()
    let rows = try client.rows("costs", "2026-11-03", by: ["project_id", "line_item"])
    let row = try #require(
      rows.first { $0["line_item"].text?.contains(", ") == true && $0["project_id"] != .null })
    let project = try #require(row["project_id"].text)
    let line = try #require(row["line_item"].text)
    let encoded = line.replacing(" ", with: "+").replacing("|", with: "%7C").replacing(",", with: "%2C")
    let narrowed = try client.rows(
      "costs", "2026-11-03", by: ["project_id", "line_item"],
      more: "&project_ids=\(project)&line_items=\(encoded)")
    #expect(narrowed == [row])
    let batched = try client.rows("usage/completions", "2026-11-03", by: ["batch"], more: "&batch=true")
    #expect(batched.map { $0["batch"] } == [.bool(true)])
    #expect(try client.rows("usage/completions", "2026-11-03", more: "&models=none").isEmpty)
  }
}

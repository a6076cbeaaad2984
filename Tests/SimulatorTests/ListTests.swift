import Simulator
import Testing

@Suite struct ListTests {
  /// All elements of a list, page by page.
  private func all(_ client: Client, _ path: String, limit: Int) throws -> [JSON] {
    var elements: [JSON] = []
    var more = ""
    for _ in 0..<100 {
      let page = try client.get("\(path)\(path.contains("?") ? "&" : "?")limit=\(limit)\(more)")
      elements += page["data"].elements
      #expect(page["first_id"] == page["data"].elements.first?["id"] ?? .null)
      guard page["has_more"] == .bool(true), let last = page["last_id"].text else { return elements }
      more = "&after=\(last)"
    }
    return elements
  }

  @Test(arguments: ["projects?include_archived=true", "users", "admin_api_keys"])
  func pagesTogetherAreTheWhole(path: String) throws {
    let client = Client {
      $0.projects = 25
      $0.users = 30
    }
    let whole = try all(client, path, limit: 100)
    #expect(Set(whole.compactMap { $0["id"].text }).count == whole.count)
    for limit in [1, 2, 20] { #expect(try all(client, path, limit: limit) == whole) }
    #expect(try client.get(path)["data"].elements.count == min(20, whole.count))
  }

  @Test func namesHaveEveryAwkwardCharacter() throws {
    let client = Client { $0.projects = 20 }
    let names = try all(client, "projects?include_archived=true", limit: 100).compactMap { $0["name"].text }
    for awkward in ["=1+1", "two\nlines", "Marketing, \"EMEA\"", "日本語プロジェクト 🚀", "客服机器人", "-2+3"] {
      #expect(names.contains(awkward), "\(awkward)")
    }
    #expect(names.count == 19)
  }

  @Test func archivedProjectsHaveToBeAskedFor() throws {
    let client = Client { $0.projects = 10 }
    let shown = try all(client, "projects", limit: 100)
    let every = try all(client, "projects?include_archived=true", limit: 100)
    #expect(every.count == 10)
    #expect(shown == every.filter { $0["archived_at"] == .null })
    #expect(shown.count == 8)
  }

  @Test func deletedUsersSpendAndAreInNoList() throws {
    let client = try Client(oddities: "none")
    let listed = Set(try all(client, "users", limit: 100).compactMap { $0["id"].text })
    let days = ["2026-11-03", "2026-11-04", "2026-11-05"]
    let spending = Set(
      try days.flatMap { try client.rows("usage/completions", $0, by: ["user_id"]) }.compactMap {
        $0["user_id"].text
      })
    #expect(spending.contains { $0.hasPrefix("user-") && !listed.contains($0) })
    #expect(spending.contains { listed.contains($0) })
    #expect(spending.contains { $0.hasPrefix("svc_acct_") })
    let costs = Set(
      try days.flatMap { try client.rows("costs", $0, by: ["user_id"]) }.compactMap { $0["user_id"].text })
    #expect(costs.isSuperset(of: spending))
  }

  @Test func keysWithoutAccessHaveToBeAskedFor() throws {
    let client = try Client(oddities: "none") {
      $0.projects = 8
      $0.keys = 8
    }
    var hidden = 0
    for project in try all(client, "projects", limit: 100) {
      let id = try #require(project["id"].text)
      let path = "projects/\(id)/api_keys"
      let any = try all(client, "\(path)?owner_project_access=any", limit: 3)
      let active = try all(client, "\(path)?owner_project_access=active", limit: 100)
      let inactive = try all(client, "\(path)?owner_project_access=inactive", limit: 100)
      #expect(active.count + inactive.count == any.count)
      #expect(try all(client, path, limit: 100) == active)
      hidden += inactive.count
      for key in any {
        let owner = key["owner"]
        let kind = try #require(owner["type"].text)
        #expect(owner.names == ["type", kind])
        #expect(client.ask("\(path)/\(key["id"].text ?? "")").status == 200)
      }
    }
    #expect(hidden > 0)
  }

  @Test func aKeyIsSharedAndTrafficHasNone() throws {
    let client = try Client(oddities: "none")
    let rows = try client.rows("usage/completions", "2026-11-03", by: ["api_key_id", "user_id"])
    let users = Dictionary(
      grouping: rows.filter { $0["api_key_id"] != .null }, by: { $0["api_key_id"].text ?? "" })
    #expect(users.values.contains { $0.count > 1 })
    #expect(users.values.contains { $0.count == 1 })
    #expect(rows.contains { $0["api_key_id"] == .null && $0["user_id"] != .null })
  }

  @Test func emailsNarrowUsers() throws {
    let client = Client()
    let found = try client.get("users?emails=user2%40acme.example&emails[]=user3%40acme.example")["data"]
      .elements
    #expect(found.compactMap { $0["email"].text } == ["user2@acme.example", "user3@acme.example"])
  }

  @Test func adminKeysAreOrdered() throws {
    let client = Client()
    let ascending = try client.get("admin_api_keys")["data"].elements
    #expect(try client.get("admin_api_keys?order=desc")["data"].elements == ascending.reversed())
    #expect(!ascending.contains { "\($0)".contains(client.account.key) })
  }

  @Test func limitsExistForSomeProjects() throws {
    let client = Client()
    #expect(try client.get("spend_limit")["threshold_amount"].integer ?? 0 > 0)
    let ids = try all(client, "projects", limit: 100).compactMap { $0["id"].text }
    let statuses = ids.map { client.ask("projects/\($0)/spend_limit").status }
    #expect(Set(statuses) == [200, 404])
  }
}

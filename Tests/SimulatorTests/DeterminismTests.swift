import Simulator
import Testing

@Suite struct DeterminismTests {
  private static let query =
    "costs?\(Client.range("2026-11-03", days: 3))\(Client.groupBy(["project_id", "line_item", "user_id"]))"

  @Test(
    arguments: endpoints.map { "\($0.path)?\(Client.range("2026-11-03"))\(Client.groupBy($0.dimensions))" })
  func sameSeedSameBytes(path: String) {
    #expect(Client().ask(path).body == Client().ask(path).body)
  }

  @Test func anotherSeedGivesAnotherWorld() {
    let other = Client { $0.seed = 2 }
    #expect(Client().ask(Self.query).body != other.ask(Self.query).body)
    #expect(Client().account.key != other.account.key)
  }

  @Test func aDayDependsNeitherOnTodayNorOnTheHistory() {
    let later = Client {
      $0.today = UTCDay(iso: "2026-11-22")
      $0.days = 30
    }
    #expect(Client().ask(Self.query).body == later.ask(Self.query).body)
  }

  @Test func aDayAskedForAloneIsTheDayInALongerRange() throws {
    let client = Client()
    let three = try client.get(Self.query)["data"].elements
    let alone = try client.rows("costs", "2026-11-04", by: ["project_id", "line_item", "user_id"])
    #expect(three[1]["results"].elements == alone)
    #expect(three[0]["results"] != three[1]["results"])
  }

  @Test func organizationsDiffer() {
    let client = Client()
    let other = client.simulation.accounts[1]
    #expect(client.ask(Self.query).body != client.ask(Self.query, authorization: "Bearer \(other.key)").body)
  }

  @Test(arguments: [1, 40, 400, 3000])
  func rowsAreWhatWasAskedFor(rows: Int) throws {
    let client = Client {
      $0.rows = rows
      $0.projects = 10
      $0.keys = 6
    }
    let dimensions = ["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"]
    let seen = try client.rows("usage/completions", "2026-11-03", by: dimensions)
    #expect((rows * 8 / 10...rows).contains(seen.count), "\(seen.count) rows")
  }
}

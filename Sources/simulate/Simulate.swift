import ArgumentParser
import Foundation
import Simulator

@main
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "An OpenAI organization API on 127.0.0.1, faithful to the published schema.",
    discussion: """
      Costs, usage, projects, users, keys, service accounts, admin keys and spend limits of made-up organizations. \
      The same flags give the same answers. Starts with one line of JSON on standard output: base_url, \
      organizations (name, id, key, key_env), seed, today. Stops on SIGTERM and SIGINT.

      EXAMPLES
        simulate --port 8080 --seed 7 --today 2026-11-20
        simulate --projects 40 --users 200 --keys 10 --rows 7500 --days 31
        simulate --oddities realistic,string-amounts,empty-page,no-user-grouping=globex
        simulate --oddities none --restate 2026-11-03:1 --faults 429:7:1,cut:30
        simulate --write-config pipeline.yaml

      ODDITIES
        \(Oddities.listing)
        realistic is what ordinary organizations show; a leading '-' takes one away: all,-row-order.

      CONTROL (no key needed)
        GET  /_simulate/truth?organization=acme&date=2026-11-03   who truly spent what
        GET  /_simulate/requests                                  every request under /v1, with its status
        POST /_simulate/set?oddities=…&faults=…&latency_ms=…&today=…&clear_requests=true
        POST /_simulate/set?organization=acme&restate=2026-11-03
             or &rename_project=ID&name=…, &archive_project=ID, &rename_user=ID&name=…, &delete_user=ID, &delete_key=ID
      """)

  @Option(help: "TCP port on 127.0.0.1; 0 takes any that is free.")
  var port: UInt16 = 0

  @Option(help: "What everything is derived from.")
  var seed: UInt64 = 1

  @Option(help: "Organizations, each with its own admin key.")
  var organizations = 2

  @Option(help: "Projects per organization; every fifth is archived.")
  var projects = 6

  @Option(help: "Users per organization; every fifth is deleted.")
  var users = 10

  @Option(help: "API keys per project.")
  var keys = 4

  @Option(help: "Models that answer completions.")
  var models = 12

  @Option(help: "Days of history, up to and including today.")
  var days = 60

  @Option(help: "Completions rows a day when grouped by project, user, key, model, batch and service tier.")
  var rows = 150

  @Flag(
    help: "Text models only, and nothing that costs but completions: what scripts/bench compares with SQL.")
  var plain = false

  @Option(help: "The last day with data, YYYY-MM-DD (default: today, UTC).", transform: Self.day)
  var today: UTCDay?

  @Option(help: "Milliseconds that each answer is held back.")
  var latencyMs = 0

  @Option(
    help: "Where to leave the documentation as the real API does, see above.",
    transform: Oddities.init(parsing:))
  var oddities = Oddities.realistic

  @Option(
    help: "A past day whose figures have changed N times, YYYY-MM-DD:N; repeatable.",
    transform: SimulatorOptions.Restatement.init(parsing:))
  var restate: [SimulatorOptions.Restatement] = []

  @Option(
    help:
      "HTTP faults on each Nth request: \(FaultPlan.listing), which hits the requests with these numbers.",
    transform: FaultPlan.init(parsing:))
  var faults = FaultPlan()

  @Option(help: "Write a pipeline.yaml for these organizations.")
  var writeConfig: String?

  @Flag(help: "One line per request on standard error.")
  var verbose = false

  func validate() throws {
    for (name, value, range) in [
      ("--organizations", organizations, 1...1000), ("--projects", projects, 1...5000),
      ("--users", users, 1...100_000), ("--keys", keys, 1...1000), ("--models", models, 1...1000),
      ("--days", days, 1...366), ("--rows", rows, 0...1_000_000), ("--latency-ms", latencyMs, 0...600_000),
    ] where !range.contains(value) {
      throw ValidationError("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }

  func run() async throws {
    for signal in [SIGTERM, SIGINT] { Foundation.signal(signal) { _ in _exit(0) } }
    var options = SimulatorOptions()
    options.port = port
    options.seed = seed
    options.organizations = organizations
    options.projects = projects
    options.users = users
    options.keys = keys
    options.models = models
    options.days = days
    options.rows = rows
    options.plain = plain
    options.today = today
    options.latencyMilliseconds = latencyMs
    options.oddities = oddities
    options.restatements = restate
    options.faults = faults
    options.verbose = verbose
    let server = SimulatorServer(options)
    let port = try await server.start()
    let announcement = Announcement(port: port, server: server, seed: seed)
    if let writeConfig {
      try Data(announcement.configuration.utf8).write(to: URL(fileURLWithPath: writeConfig), options: .atomic)
    }
    FileHandle.standardOutput.write(Data((announcement.line + "\n").utf8))
    try await server.wait()
  }

  @Sendable
  private static func day(_ text: String) throws -> UTCDay {
    guard let day = UTCDay(iso: text) else {
      throw ValidationError("'\(text)' is no day, expected YYYY-MM-DD")
    }
    return day
  }
}

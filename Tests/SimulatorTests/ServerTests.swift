import Foundation
import Simulator
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Over HTTP, as clients see it.
@Suite struct ServerTests {
  private func options(_ adjust: (inout SimulatorOptions) -> Void = { _ in }) -> SimulatorOptions {
    var options = SimulatorOptions()
    options.today = Client.today
    options.rows = 60
    adjust(&options)
    return options
  }

  private func get(
    _ port: UInt16, _ path: String, key: String? = nil, method: String = "GET"
  ) async throws -> (status: Int, headers: [String: String], body: [UInt8]) {
    var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
    request.httpMethod = method
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    var headers: [String: String] = [:]
    for (name, value) in http.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
    return (http.statusCode, headers, Array(data))
  }

  @Test func servesWhatTheSimulationSays() async throws {
    let server = SimulatorServer(options())
    let port = try await server.start()
    let path =
      "/v1/organization/costs?\(Client.range("2026-11-03"))&group_by%5B%5D=project_id&group_by=line_item"
    let answer = try await get(port, path, key: server.organizations[0].key)
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.headers["x-request-id"]?.hasPrefix("req_") == true)
    #expect(answer.headers["content-length"] == "\(answer.body.count)")
    #expect(answer.body == Client().ask(String(path.dropFirst("/v1/organization/".count))).body)
    #expect(try await get(port, path).status == 401)
    #expect(try await get(port, path, key: server.organizations[0].key, method: "POST").status == 405)
    let log = try await get(port, "/_simulate/requests")
    #expect(try JSON(parsing: log.body)["requests"].elements.map { $0["status"].integer } == [200, 401, 405])
    let set = try await get(port, "/_simulate/set?oddities=none", method: "POST")
    #expect(try JSON(parsing: set.body)["oddities"] == .string(""))
    await server.stop()
  }

  @Test func twoServersLiveSideBySide() async throws {
    let (first, second) = (SimulatorServer(options()), SimulatorServer(options { $0.seed = 2 }))
    let ports = try await (first.start(), second.start())
    #expect(ports.0 != ports.1)
    let path = "/v1/organization/projects"
    #expect(try await get(ports.0, path, key: first.organizations[0].key).status == 200)
    #expect(try await get(ports.1, path, key: first.organizations[0].key).status == 401)
    await first.stop()
    #expect(try await get(ports.1, path, key: second.organizations[0].key).status == 200)
    await second.stop()
  }

  @Test func aTakenPortIsAnError() async throws {
    let first = SimulatorServer(options())
    let port = try await first.start()
    await #expect(throws: (any Error).self) { try await SimulatorServer(options { $0.port = port }).start() }
    await first.stop()
  }

  @Test func stoppingClosesThePort() async throws {
    let server = SimulatorServer(options())
    let port = try await server.start()
    await server.stop()
    await #expect(throws: (any Error).self) { try await get(port, "/v1/organization/projects") }
  }

  @Test func aCutBodyIsAnError() async throws {
    let faults = try FaultPlan(parsing: "cut:1")
    let server = SimulatorServer(options { $0.faults = faults })
    let port = try await server.start()
    await #expect(throws: (any Error).self) {
      try await get(port, "/v1/organization/users?limit=100", key: server.organizations[0].key)
    }
    await server.stop()
  }

  @Test func slowBodiesAndLatencyTakeTime() async throws {
    let faults = try FaultPlan(parsing: "slow:1")
    let server = SimulatorServer(
      options {
        $0.faults = faults
        $0.latencyMilliseconds = 100
      })
    let port = try await server.start()
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try await get(port, "/v1/organization/users", key: server.organizations[0].key)
    #expect(answer.status == 200)
    #expect(clock.now - start > .milliseconds(400))
    await server.stop()
  }

  @Test func announcesItself() async throws {
    let server = SimulatorServer(options())
    let port = try await server.start()
    let announcement = Announcement(port: port, server: server, seed: 1)
    let line = try JSON(parsing: Array(announcement.line.utf8))
    #expect(line["base_url"] == .string("http://127.0.0.1:\(port)/v1"))
    #expect(line["today"] == .string("2026-11-20"))
    let first = try #require(line["organizations"].elements.first)
    #expect(first["key"] == .string(server.organizations[0].key))
    #expect(first["key_env"] == .string("OPENAI_ADMIN_KEY_ACME"))
    let configuration = announcement.configuration
    #expect(configuration.contains("  - name: acme\n    id: org-"))
    #expect(configuration.contains("    admin_key: { env: OPENAI_ADMIN_KEY_GLOBEX }\n"))
    #expect(!configuration.contains(server.organizations[0].key))
    await server.stop()
  }
}

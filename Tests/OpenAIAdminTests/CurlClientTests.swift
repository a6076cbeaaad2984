import Diagnostics
import Staging
import Synchronization
import Testing

@testable import OpenAIAdmin

@Suite struct CurlClientTests {
  private func client(maxInFlight: Int = 8, bodyLimit: Int = 1 << 20) throws -> CurlClient {
    try CurlClient(.init(version: "9.9", maxInFlight: maxInFlight, bodyLimit: bodyLimit))
  }

  /// The kind of the transport error that `body` ends with.
  private func kind(_ body: () async throws -> HTTPResponse) async -> TransportError.Kind? {
    do {
      let response = try await body()
      Issue.record("expected a transport error, got status \(response.status)")
      return nil
    } catch let error as TransportError {
      return error.kind
    } catch {
      Issue.record("expected a transport error, got \(error)")
      return nil
    }
  }

  @Test func sendsOneGetWithItsHeadersOnAKeptConnection() async throws {
    let server = try LoopbackServer { request, connection in
      connection.answer("200 OK", headers: ["X-Request-Id:  req_1 "], body: Array(request.target.utf8))
      return true
    }
    defer { server.close() }
    let client = try client()
    for number in 1...5 {
      let response = try await client.send(
        HTTPRequest(
          url: "\(server.url)/v1/a?n=\(number)", headers: [("Accept", "application/json")],
          bearer: Secret("sk-admin-test")))
      #expect(response.status == 200)
      #expect(response.header("x-request-id") == "req_1")
      #expect(response.version == "HTTP/1.1")
      #expect(String(decoding: response.body, as: UTF8.self) == "/v1/a?n=\(number)")
    }
    #expect(server.connections == 1)
    let request = try #require(server.requests.first)
    #expect(request.head.hasPrefix("GET /v1/a?n=1 HTTP/1.1\r\n"))
    #expect(request.header("Authorization") == "Bearer sk-admin-test")
    #expect(request.header("User-Agent") == "unblended/9.9")
    #expect(request.header("Accept") == "application/json")
    #expect(request.header("Accept-Encoding") == "gzip")
  }

  @Test(arguments: ["429 Too Many Requests", "500 Oops", "404 Not Found", "204 No Content"])
  func anyCompleteAnswerIsReturned(status: String) async throws {
    let server = try LoopbackServer { _, connection in
      connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
      connection.answer(status, headers: ["Retry-After: 7"])
      return true
    }
    defer { server.close() }
    let response = try await client().send(HTTPRequest(url: server.url))
    #expect("\(response.status)" == status.prefix(3))
    #expect(response.header("retry-after") == "7")
    #expect(response.header("X-Early") == nil)
  }

  /// Neither to another host nor within one: the key stays where the configuration sends it.
  @Test(arguments: [301, 302, 303, 307, 308])
  func redirectsAreNotFollowed(status: Int) async throws {
    let elsewhere = try LoopbackServer { _, connection in
      connection.answer("200 OK")
      return true
    }
    defer { elsewhere.close() }
    let server = try LoopbackServer { request, connection in
      let target = request.target == "/other" ? elsewhere.url : ""
      connection.answer(
        "\(status) Moved", headers: ["Location: \(target)/elsewhere", "Refresh: 0; url=\(elsewhere.url)"])
      return true
    }
    defer { server.close() }
    let client = try client()
    for target in ["/other", "/same"] {
      let response = try await client.send(
        HTTPRequest(url: server.url + target, bearer: Secret("sk-admin-test")))
      #expect(response.status == status)
    }
    #expect(server.requests.map(\.target) == ["/other", "/same"])
    #expect(elsewhere.requests.isEmpty && elsewhere.connections == 0)
  }

  @Test(arguments: [
    "http://api.example.com/v1", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
    "http://127.0.0.1@192.0.2.1/", "https://user:word@127.0.0.1/", "http://10.0.0.1/", "ftp://127.0.0.1/",
    "file:///etc/hostname", "/v1/organization", "", "https://", "http://[::2]/",
  ])
  func noConnectionIsMadeWhereNoKeyMayGo(url: String) async throws {
    let client = try client()
    #expect(await kind { try await client.send(HTTPRequest(url: url)) } == .urlRefused)
  }

  @Test(arguments: ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
  func loopbackHostsMayBePlain(host: String) throws {
    #expect(try RequestURL("http://\(host):8080/v1").isLoopback)
  }

  @Test func cutBodiesAreInterruptions() async throws {
    let server = try LoopbackServer { request, connection in
      switch request.target {
      case "/length": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"object\"")
      case "/chunked":
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"object\"")
      case "/gzip":
        connection.answer("200 OK", headers: ["Content-Encoding: gzip"], body: Array("no gzip at all".utf8))
      case "/garbage": connection.write("SMTP ready\r\n\r\n")
      default: break
      }
      return false
    }
    defer { server.close() }
    let client = try client()
    for target in ["/length", "/chunked", "/gzip", "/nothing", "/garbage"] {
      #expect(
        await kind { try await client.send(HTTPRequest(url: server.url + target)) } == .interrupted,
        "\(target)")
    }
  }

  @Test func timeoutsEndSlowAnswers() async throws {
    let server = try LoopbackServer { request, connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
      if request.target == "/drip" {
        for _ in 0..<100 {
          connection.write("x")
          pause(milliseconds: 20)
        }
      }
      _ = connection.waitForClose()
      return false
    }
    defer { server.close() }
    let client = try client()
    let idle = HTTPRequest.Timeouts(connect: .seconds(2), idle: .seconds(1), total: .seconds(30))
    let total = HTTPRequest.Timeouts(connect: .seconds(2), idle: .seconds(30), total: .milliseconds(300))
    #expect(await kind { try await client.send(HTTPRequest(url: server.url, timeouts: idle)) } == .timedOut)
    #expect(
      await kind { try await client.send(HTTPRequest(url: server.url + "/drip", timeouts: total)) }
        == .timedOut)
  }

  /// Somebody listens and does not take the connection.
  @Test func connectingTakesTooLong() async throws {
    let full = try FullListener()
    let patience = HTTPRequest.Timeouts(connect: .milliseconds(300), idle: .seconds(30), total: .seconds(30))
    let client = try client()
    let began = ContinuousClock.now
    #expect(
      await kind {
        try await client.send(HTTPRequest(url: "http://127.0.0.1:\(full.port)", timeouts: patience))
      } == .timedOut)
    #expect(ContinuousClock.now - began < .seconds(5))
  }

  @Test func nobodyListening() async throws {
    let server = try LoopbackServer { _, _ in false }
    server.close()
    pause(milliseconds: 50)
    let client = try client()
    #expect(await kind { try await client.send(HTTPRequest(url: server.url)) } == .unreachable)
  }

  /// Made by Python's gzip.compress: "hello hello hello hello hello hello\n".
  private static let zipped: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8,
    0xC0,
    0x47, 0x72, 0x01, 0x00, 0xF3, 0xA0, 0x5D, 0xC7, 0x24, 0x00, 0x00, 0x00,
  ]

  @Test func bodiesAreDecompressedAndLimitedAfterwards() async throws {
    let server = try LoopbackServer { _, connection in
      connection.answer("200 OK", headers: ["Content-Encoding: gzip"], body: Self.zipped)
      return true
    }
    defer { server.close() }
    let response = try await client().send(HTTPRequest(url: server.url))
    let text = String(repeating: "hello ", count: 5) + "hello\n"
    #expect(String(decoding: response.body, as: UTF8.self) == text)
    let exact = try client(bodyLimit: text.utf8.count)
    #expect(try await exact.send(HTTPRequest(url: server.url)).body.count == text.utf8.count)
    let small = try client(bodyLimit: text.utf8.count - 1)
    #expect(await kind { try await small.send(HTTPRequest(url: server.url)) } == .tooLarge(limit: 35))
  }

  /// 16 MiB of spaces in some 80 KiB: within the body limit, and nothing that an API sends.
  @Test func whatInflatesOutOfProportionIsRefused() async throws {
    var encoder = try GzipEncoder()
    let zeros = [UInt8](repeating: 0x20, count: 1 << 20)
    let sizes = [(7, false), (16, true)]
    var bodies: [Int: [UInt8]] = [:]
    for (size, _) in sizes {
      encoder = try GzipEncoder()
      for _ in 0..<size { try encoder.append(zeros) }
      bodies[size] = try encoder.finish()
    }
    let content = bodies
    let server = try LoopbackServer { request, connection in
      let body = content[Int(request.target.dropFirst()) ?? 0] ?? []
      connection.answer("200 OK", headers: ["Content-Encoding: gzip"], body: body)
      return true
    }
    defer { server.close() }
    let client = try CurlClient(.init(version: "9.9", bodyLimit: 64 << 20, inflationLimit: 100))
    for (size, isRefused) in sizes {
      let request = HTTPRequest(url: "\(server.url)/\(size)")
      if isRefused {
        #expect(await kind { try await client.send(request) } == .implausible)
      } else {
        #expect(try await client.send(request).body.count == size << 20)
      }
    }
    // As large and not compressed is only large.
    let plain = try LoopbackServer { _, connection in
      connection.answer("200 OK", body: [UInt8](repeating: 0x20, count: 16 << 20))
      return true
    }
    defer { plain.close() }
    #expect(try await client.send(HTTPRequest(url: plain.url)).body.count == 16 << 20)
  }

  @Test func headersWithoutEndAreRefused() async throws {
    let server = try LoopbackServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\n")
      for number in 0..<10_000 {
        connection.write("X-\(number): " + String(repeating: "x", count: 90) + "\r\n")
      }
      connection.write("Content-Length: 0\r\n\r\n")
      return false
    }
    defer { server.close() }
    let client = try client()
    #expect(await kind { try await client.send(HTTPRequest(url: server.url)) } == .implausible)
  }

  @Test func requestsBeyondTheLimitWait() async throws {
    let server = try LoopbackServer { _, connection in
      pause(milliseconds: 40)
      connection.answer("200 OK")
      return true
    }
    defer { server.close() }
    let client = try client(maxInFlight: 3)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<15 {
        group.addTask { try await client.send(HTTPRequest(url: "\(server.url)/\(number)")).status }
      }
      for try await status in group { #expect(status == 200) }
    }
    #expect(server.requests.count == 15)
    #expect(server.mostActive == 3)
    #expect(server.connections == 3)
  }

  @Test func cancellingTakesTheTransferOffTheWire() async throws {
    let (seen, arrival) = AsyncStream.makeStream(of: Bool.self)
    let server = try LoopbackServer { _, connection in
      arrival.yield(true)
      arrival.yield(connection.waitForClose())
      return false
    }
    defer { server.close() }
    let client = try client(maxInFlight: 1)
    let running = Task { try await client.send(HTTPRequest(url: server.url)) }
    var events = seen.makeAsyncIterator()
    _ = await events.next()
    // Cancelled before it is sent, while the only place on the wire is taken.
    let before = Task {
      try? await Task.sleep(for: .seconds(60))
      return try await client.send(HTTPRequest(url: server.url))
    }
    before.cancel()
    await #expect(throws: CancellationError.self) { try await before.value }
    let waiting = Task { try await client.send(HTTPRequest(url: server.url)) }
    pause(milliseconds: 20)
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
    // Not closed by the client in five seconds would be false.
    #expect(await events.next() == true)
    #expect(server.requests.count == 1)
  }

  @Test func shutdownAnswersEverybody() async throws {
    let (seen, arrival) = AsyncStream.makeStream(of: Void.self)
    let server = try LoopbackServer { _, connection in
      arrival.yield()
      _ = connection.waitForClose()
      return false
    }
    defer { server.close() }
    let client = try client(maxInFlight: 1)
    async let running = kind { try await client.send(HTTPRequest(url: server.url)) }
    var events = seen.makeAsyncIterator()
    _ = await events.next()
    async let waiting = kind { try await client.send(HTTPRequest(url: server.url)) }
    client.shutdown()
    #expect(await running == .clientClosed)
    #expect(await waiting == .clientClosed)
    #expect(await kind { try await client.send(HTTPRequest(url: server.url)) } == .clientClosed)
  }

  @Test(arguments: ["", "sk-admin key", "sk-admin\r\nX-Evil: 1", "sk-ädmin"])
  func keysThatCannotBeAHeaderAreRefused(key: String) async throws {
    let server = try LoopbackServer { _, _ in false }
    defer { server.close() }
    let client = try client()
    let request = HTTPRequest(url: server.url, bearer: Secret(key))
    #expect(await kind { try await client.send(request) } == .headerRefused)
    #expect(server.requests.isEmpty)
  }

  @Test func secretsDoNotShow() {
    let request = HTTPRequest(url: "https://api.example.com", bearer: Secret("sk-admin-hidden"))
    var dumped = ""
    dump(request, to: &dumped)
    let texts = ["\(request)", String(reflecting: request), "\(Secret("sk-admin-hidden"))", dumped]
    for text in texts {
      #expect(!text.contains("sk-admin"))
      #expect(!text.contains("115"), "the first byte of the key")
      #expect(text.contains("(secret)"))
    }
  }
}

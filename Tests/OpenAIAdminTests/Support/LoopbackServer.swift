import Synchronization
import Testing

@testable import OpenAIAdmin

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A raw HTTP/1.1 server on 127.0.0.1 that does what a test tells it, wrong things included.
final class LoopbackServer: Sendable {
  /// One request as it came off the wire.
  struct Request: Sendable {
    let head: String
    /// The number of the connection it came on, from 1.
    let connection: Int

    var target: String { String(head.split(separator: " ")[1]) }
    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { String($0.dropFirst(name.count + 1)).trimmingSpaces }
    }
  }

  /// The server's end of a connection.
  struct Connection: Sendable {
    let descriptor: Int32

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, noSignal) }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }

    func answer(_ status: String, headers: [String] = [], body: [UInt8] = []) {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
      write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Waits until the other side has closed the connection; false after about five seconds.
    func waitForClose() -> Bool {
      var byte: UInt8 = 0
      return recv(descriptor, &byte, 1, 0) <= 0 && errno != EAGAIN
    }
  }

  private struct State {
    var requests: [Request] = []
    var connections = 0
    var active = 0
    var mostActive = 0
  }
  private let state = Mutex(State())
  private let listener: Int32
  private let handler: @Sendable (Request, Connection) -> Bool
  let port: Int

  /// - Parameter handler: answers one request, blocking as it likes; false closes the connection.
  init(_ handler: @escaping @Sendable (Request, Connection) -> Bool) throws {
    self.handler = handler
    listener = socket(AF_INET, streamSocket, 0)
    try #require(listener >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    try #require(isListening)
    port = Int(UInt16(bigEndian: address.sin_port))
    let isStarted = DetachedThread.start { [self] in accepts() }
    try #require(isStarted)
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { state.withLock { $0.requests } }
  var connections: Int { state.withLock { $0.connections } }
  /// The largest number of requests that were being answered at the same time.
  var mostActive: Int { state.withLock { $0.mostActive } }

  /// Ends the accepting thread, which keeps the server alive till then.
  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func accepts() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      var patience = timeval(tv_sec: 60, tv_usec: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      let number = state.withLock { state in
        state.connections += 1
        return state.connections
      }
      _ = DetachedThread.start { [self] in serve(descriptor, number) }
    }
    systemClose(listener)
  }

  private func serve(_ descriptor: Int32, _ number: Int) {
    defer { systemClose(descriptor) }
    var pending: [UInt8] = []
    while let head = nextHead(descriptor, &pending) {
      let request = Request(head: head, connection: number)
      state.withLock { state in
        state.requests.append(request)
        state.active += 1
        state.mostActive = max(state.mostActive, state.active)
      }
      let goesOn = handler(request, Connection(descriptor: descriptor))
      state.withLock { $0.active -= 1 }
      if !goesOn { return }
    }
  }

  private func nextHead(_ descriptor: Int32, _ pending: inout [UInt8]) -> String? {
    let end = Array("\r\n\r\n".utf8)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      for start in pending.indices where pending[start...].starts(with: end) {
        defer { pending.removeFirst(start + end.count) }
        return String(decoding: pending[..<start], as: UTF8.self)
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      pending += buffer[..<count]
    }
  }
}

/// A port of 127.0.0.1 whose queue is full: connecting to it gets no answer.
final class FullListener {
  let port: Int
  private var descriptors: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, streamSocket, 0)
    try #require(listener >= 0)
    descriptors = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 0) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    try #require(bound)
    port = Int(UInt16(bigEndian: address.sin_port))
    for _ in 0..<4 {
      let client = socket(AF_INET, streamSocket, 0)
      _ = fcntl(client, F_SETFL, O_NONBLOCK)
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, size) }
      }
      descriptors.append(client)
    }
  }

  deinit { for descriptor in descriptors { systemClose(descriptor) } }
}

#if canImport(Darwin)
  private let streamSocket = SOCK_STREAM
  private let noSignal: Int32 = 0
#else
  private let streamSocket = Int32(SOCK_STREAM.rawValue)
  private let noSignal = Int32(MSG_NOSIGNAL)
#endif

private func systemClose(_ descriptor: Int32) { close(descriptor) }

func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

extension String {
  fileprivate var trimmingSpaces: String { String(drop { $0 == " " }) }
}

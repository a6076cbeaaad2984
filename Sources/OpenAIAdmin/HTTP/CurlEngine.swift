internal import CCurl
internal import Synchronization

/// The thread that owns a libcurl multi handle and everything on it.
///
/// Other threads only put jobs into the inbox and wake it: `curl_multi_wakeup` is the one function of
/// the multi interface that may be called from elsewhere.
final class CurlEngine: Sendable {
  private struct Inbox {
    var arrived: [CurlJob] = []
    var mustSweep = false
    var isStopping = false
    /// Nil once the thread has freed it; waking it is only allowed before.
    var multi: Multi?
  }

  /// The handle on its way between threads.
  private struct Multi: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer
  }

  private let inbox: Mutex<Inbox>
  private let configuration: CurlClient.Configuration

  /// libcurl sets itself up once for the whole process.
  private static let setUp: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  init(_ configuration: CurlClient.Configuration) throws {
    func failed(_ reason: String) -> TransportError {
      TransportError(.failed, host: "any host", reason: reason)
    }
    guard Self.setUp == CURLE_OK else { throw failed("libcurl does not start") }
    guard let multi = curl_multi_init() else { throw failed("out of memory") }
    ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maxInFlight)
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maxInFlight * 2)
    self.configuration = configuration
    inbox = Mutex(Inbox(multi: Multi(handle: multi)))

    guard DetachedThread.start({ self.run() }) else {
      curl_multi_cleanup(multi)
      throw failed("no thread can be started")
    }
  }

  // MARK: From any thread

  func submit(_ job: CurlJob) {
    let isClosed = inbox.withLock { inbox in
      guard !inbox.isStopping else { return true }
      inbox.arrived.append(job)
      Self.wake(inbox)
      return false
    }
    if isClosed { job.finish(.failure(Self.closed(job))) }
  }

  /// Has the thread look for cancelled jobs.
  func sweep() {
    inbox.withLock { inbox in
      inbox.mustSweep = true
      Self.wake(inbox)
    }
  }

  func stop() {
    inbox.withLock { inbox in
      inbox.isStopping = true
      Self.wake(inbox)
    }
  }

  private static func wake(_ inbox: borrowing Inbox) {
    if let multi = inbox.multi { curl_multi_wakeup(multi.handle) }
  }

  private static func closed(_ job: CurlJob) -> TransportError {
    TransportError(.clientClosed, host: job.url.origin, reason: "shut down")
  }

  // MARK: On the engine's thread

  private func run() {
    guard let multi = inbox.withLock({ $0.multi?.handle }) else { return }
    let board = CurlBoard(multi: multi, configuration: configuration)
    while true {
      let (arrived, mustSweep, isStopping) = inbox.withLock { inbox in
        defer {
          inbox.arrived = []
          inbox.mustSweep = false
        }
        return (inbox.arrived, inbox.mustSweep, inbox.isStopping)
      }
      board.enqueue(arrived)
      if isStopping { break }
      if mustSweep { board.removeCancelled() }
      board.startWaiting()
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      if board.collectFinished() > 0 { continue }
      // Bounded only as a safeguard: a wake-up or traffic ends it at once.
      curl_multi_poll(multi, nil, 0, 1000, nil)
    }
    board.finishAll { .failure(Self.closed($0)) }
    inbox.withLock { $0.multi = nil }
    curl_multi_cleanup(multi)
  }
}

internal import CCurl
internal import Dispatch
internal import Synchronization

/// HTTP over libcurl's easy interface: a few threads, each with a handle and the connections it keeps.
///
/// Bodies here are whole parts in memory and requests are few and large, so that a thread for each request on the
/// wire is the plainest thing that works. TLS is verified, always; loopback and link-local hosts are reached
/// without a proxy, for all others the environment's proxy variables hold.
final class CurlPool: HTTPTransport {
  private struct State {
    var waiting: [CurlJob] = []
    var threads = 0
    var idle = 0
    var isStopping = false
  }

  /// What the threads share; it outlives the pool until the last of them has ended.
  private final class Queue: Sendable {
    let state = Mutex(State())
    let arrived = DispatchSemaphore(value: 0)
    let userAgent: String

    init(userAgent: String) { self.userAgent = userAgent }
  }

  private let queue: Queue
  private let width: Int

  /// libcurl sets itself up once for the whole process.
  private static let setUp: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  /// - Parameter width: requests on the wire at once; the rest waits in order of arrival.
  init(width: Int, userAgent: String) {
    self.width = max(1, width)
    queue = Queue(userAgent: userAgent)
  }

  deinit {
    let threads = queue.state.withLock { state in
      state.isStopping = true
      return state.threads
    }
    for _ in 0..<threads { queue.arrived.signal() }
  }

  func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
    guard Self.setUp == CURLE_OK else {
      throw TransportFailure(
        origin: request.address.origin, reason: "libcurl does not start", isRetryable: false)
    }
    let job = CurlJob(request)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        job.hold(continuation)
        submit(job)
      }
    } onCancel: {
      job.cancel()
    }
  }

  private func submit(_ job: CurlJob) {
    let mustStart = queue.state.withLock { state in
      state.waiting.append(job)
      guard state.idle < state.waiting.count, state.threads < width else { return false }
      state.threads += 1
      return true
    }
    if mustStart { start(job) }
    queue.arrived.signal()
  }

  private func start(_ job: CurlJob) {
    let queue = queue
    if WorkerThread.start({ Self.work(queue) }) { return }
    let isAlone = queue.state.withLock { state in
      state.threads -= 1
      if state.threads == 0 { state.waiting.removeAll { $0 === job } }
      return state.threads == 0
    }
    if isAlone {
      job.finish(
        .failure(
          TransportFailure(
            origin: job.request.address.origin, reason: "no thread can be started", isRetryable: false)))
    }
  }

  private static func work(_ queue: Queue) {
    let easy = curl_easy_init()
    defer { curl_easy_cleanup(easy) }
    while true {
      queue.state.withLock { $0.idle += 1 }
      queue.arrived.wait()
      let (job, isStopping) = queue.state.withLock { state -> (CurlJob?, Bool) in
        state.idle -= 1
        return (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isStopping)
      }
      guard let job else {
        if isStopping { return }
        continue
      }
      if job.isCancelled {
        job.finish(.failure(CancellationError()))
        continue
      }
      guard let easy else {
        job.finish(
          .failure(
            TransportFailure(
              origin: job.request.address.origin, reason: "out of memory", isRetryable: false)))
        continue
      }
      job.finish(CurlExchange(job, easy, userAgent: queue.userAgent).perform())
    }
  }
}

/// One request between the task that waits for it and the thread that makes it.
final class CurlJob: Sendable {
  typealias Continuation = CheckedContinuation<IncomingResponse, any Error>

  let request: OutgoingRequest
  private let continuation = Mutex<Continuation?>(nil)
  private let cancelled = Atomic(false)

  init(_ request: OutgoingRequest) { self.request = request }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
  func cancel() { cancelled.store(true, ordering: .relaxed) }
  func hold(_ continuation: Continuation) { self.continuation.withLock { $0 = continuation } }

  /// Answers the waiting task; only the first call counts.
  func finish(_ result: Result<IncomingResponse, any Error>) {
    let continuation = continuation.withLock { held in
      defer { held = nil }
      return held
    }
    continuation?.resume(with: result)
  }
}

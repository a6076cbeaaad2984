internal import CCurl

/// The jobs of one engine: which wait, which are on the wire. Used by the engine's thread alone.
final class CurlBoard {
  private let multi: UnsafeMutableRawPointer
  private let configuration: CurlClient.Configuration
  private var waiting: [CurlJob] = []
  /// By easy handle.
  private var running: [UnsafeMutableRawPointer: (job: CurlJob, transfer: CurlTransfer)] = [:]

  init(multi: UnsafeMutableRawPointer, configuration: CurlClient.Configuration) {
    self.multi = multi
    self.configuration = configuration
  }

  /// A job cancelled before it came is answered here: the sweep for it may be over already.
  func enqueue(_ jobs: [CurlJob]) { waiting += jobs.filter { !endsIfCancelled($0) } }

  func removeCancelled() {
    waiting.removeAll { endsIfCancelled($0) }
    for (easy, entry) in running where entry.job.isCancelled {
      curl_multi_remove_handle(multi, easy)
      running[easy] = nil
      entry.job.finish(.failure(CancellationError()))
    }
  }

  private func endsIfCancelled(_ job: CurlJob) -> Bool {
    guard job.isCancelled else { return false }
    job.finish(.failure(CancellationError()))
    return true
  }

  /// Puts waiting jobs on the wire, as far as the limit allows.
  func startWaiting() {
    var taken = 0
    while running.count < configuration.maxInFlight, taken < waiting.count {
      start(waiting[taken])
      taken += 1
    }
    waiting.removeFirst(taken)
  }

  private func start(_ job: CurlJob) {
    if endsIfCancelled(job) { return }
    do {
      let transfer = try CurlTransfer(job.request, url: job.url, configuration: configuration)
      let code = curl_multi_add_handle(multi, transfer.easy)
      guard code == CURLM_OK else {
        throw TransportError(
          .failed, host: job.url.origin, reason: String(cString: curl_multi_strerror(code)))
      }
      running[transfer.easy] = (job, transfer)
    } catch {
      job.finish(.failure(error))
    }
  }

  /// Answers the jobs that libcurl is done with; returns how many.
  func collectFinished() -> Int {
    var finished = 0
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let code = message.pointee.data.result
      guard let entry = running.removeValue(forKey: easy) else { continue }
      curl_multi_remove_handle(multi, easy)
      entry.job.finish(entry.transfer.result(code).mapError { $0 })
      finished += 1
    }
    return finished
  }

  func finishAll(_ result: (CurlJob) -> Result<HTTPResponse, any Error>) {
    for (easy, entry) in running {
      curl_multi_remove_handle(multi, easy)
      entry.job.finish(result(entry.job))
    }
    running = [:]
    for job in waiting { job.finish(result(job)) }
    waiting = []
  }
}

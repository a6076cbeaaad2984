internal import CCurl

/// One request on one easy handle. Touched by one thread alone.
final class CurlExchange {
  private let job: CurlJob
  private let easy: UnsafeMutableRawPointer
  private let userAgent: String
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  private var isTooLarge = false

  private var request: OutgoingRequest { job.request }

  /// - Parameter easy: keeps its connections from one exchange to the next.
  init(_ job: CurlJob, _ easy: UnsafeMutableRawPointer, userAgent: String) {
    self.job = job
    self.easy = easy
    self.userAgent = userAgent
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_reset(easy)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  func perform() -> Result<IncomingResponse, any Error> {
    do { try setOptions() } catch { return .failure(error) }
    // The body stays where it is for as long as libcurl reads it.
    let code = request.body.withUnsafeBytes { bytes in
      setBody(bytes)
      return curl_easy_perform(easy)
    }
    if job.isCancelled { return .failure(CancellationError()) }
    guard code == CURLE_OK else { return .failure(failure(code)) }
    var status = 0
    ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    return .success(IncomingResponse(status: status, headers: headers, body: body))
  }

  private func setOptions() throws {
    let address = request.address
    set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText))
    set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_URL, request.url)
    // What was signed has to be what is sent.
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_PROTOCOLS_STR, address.scheme)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    if address.isLoopback || address.isLinkLocal { try set(CURLOPT_PROXY, "") }
    try set(CURLOPT_USERAGENT, userAgent)
    set(CURLOPT_CONNECTTIMEOUT, request.timeouts.connectSeconds)
    set(CURLOPT_TIMEOUT, request.timeouts.totalSeconds)
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, request.timeouts.idleSeconds)
    // An empty Expect keeps libcurl from waiting for 100 Continue before a body.
    for (name, value) in request.headers + [("Expect", "")] { try append(header: name, value) }
    set(CURLOPT_HTTPHEADER, pointer: headerList.map { UnsafeMutableRawPointer($0) })

    let context = Unmanaged.passUnretained(self).toOpaque()
    set(CURLOPT_WRITEDATA, pointer: context)
    set(CURLOPT_HEADERDATA, pointer: context)
    set(CURLOPT_XFERINFODATA, pointer: context)
    set(CURLOPT_NOPROGRESS, 0)
    ccurl_set_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      CurlExchange.from(context)?.receive(UnsafeBufferPointer(start: data, count: size * count)) ?? 0
    }
    ccurl_set_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      CurlExchange.from(context)?.receive(header: UnsafeBufferPointer(start: data, count: size * count)) ?? 0
    }
    ccurl_set_progress(easy) { context, _, _, _, _ in
      CurlExchange.from(context)?.job.isCancelled == true ? 1 : 0
    }
  }

  private func setBody(_ bytes: UnsafeRawBufferPointer) {
    switch request.method {
    case "GET": set(CURLOPT_HTTPGET, 1)
    case "HEAD": set(CURLOPT_NOBODY, 1)
    case "DELETE": ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, "DELETE")
    default:
      set(CURLOPT_POST, 1)
      ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
      set(CURLOPT_POSTFIELDSIZE, bytes.count)
      // Without an address libcurl would ask a callback for the body, also for one of no bytes.
      if let base = bytes.baseAddress {
        set(CURLOPT_POSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: base))
      } else {
        ccurl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
      }
    }
  }

  private func append(header name: String, _ value: String) throws {
    guard !name.isEmpty, (name + value).utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw TransportFailure(
        origin: request.address.origin, reason: "the header \(name) holds special characters",
        isRetryable: false)
    }
    // libcurl sends a header without a value only if it ends in a semicolon; with a colon it is left out.
    headerList = curl_slist_append(headerList, value.isEmpty ? "\(name):" : "\(name): \(value)")
  }

  private func set(_ option: CURLoption, _ value: Int) { ccurl_set_long(easy, option, value) }

  private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
    ccurl_set_pointer(easy, option, pointer)
  }

  private func set(_ option: CURLoption, _ value: String) throws {
    let code = ccurl_set_string(easy, option, value)
    guard code == CURLE_OK else { throw failure(code) }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
    context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Anything but the count given makes libcurl break off.
  private func receive(_ data: UnsafeBufferPointer<CChar>) -> Int {
    guard body.count + data.count <= request.answerLimit else {
      isTooLarge = true
      return 0
    }
    data.withMemoryRebound(to: UInt8.self) { body.append(contentsOf: $0) }
    return data.count
  }

  private func receive(header data: UnsafeBufferPointer<CChar>) -> Int {
    let line = data.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    if line.hasPrefix("HTTP/") {
      // An interim answer (100, a proxy's) is followed by the real one.
      headers.removeAll()
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = line[line.utf8.index(after: colon)...]
      headers.append((String(line[..<colon]), Self.trimmed(value)))
      // A known size saves growing the buffer step by step; a lie about it is not believed far.
      if line.lowercased().hasPrefix("content-length:"), let size = Int(Self.trimmed(value)) {
        body.reserveCapacity(min(max(0, size), 1 << 28, request.answerLimit))
      }
    }
    return data.count
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.unicodeScalars.first, first.value <= 0x20 { text.unicodeScalars.removeFirst() }
    while let last = text.unicodeScalars.last, last.value <= 0x20 { text.unicodeScalars.removeLast() }
    return String(text)
  }

  private func failure(_ code: CURLcode) -> TransportFailure {
    let words = String(cString: errorText)
    var reason = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
    if isTooLarge { reason = "the answer is larger than \(request.answerLimit) bytes" }
    return TransportFailure(
      origin: request.address.origin, reason: reason,
      isRetryable: !isTooLarge && Self.passing.contains(code.rawValue),
      isConfiguration: Self.configured.contains(code.rawValue))
  }

  /// What may be over at the next attempt.
  private static let passing = Set(
    [
      CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
      CURLE_SSL_CONNECT_ERROR, CURLE_OPERATION_TIMEDOUT, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING,
      CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_WEIRD_SERVER_REPLY,
      CURLE_SSL_SHUTDOWN_FAILED, CURLE_AGAIN, CURLE_UNSUPPORTED_PROTOCOL, CURLE_NO_CONNECTION_AVAILABLE,
    ].map(\.rawValue))

  private static let configured = Set(
    [
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS, CURLE_URL_MALFORMAT,
    ].map(\.rawValue))
}

extension HTTPAddress {
  /// 169.254.0.0/16 and fd00:ec2::/32, where clouds put their metadata services.
  var isLinkLocal: Bool { host.hasPrefix("169.254.") || host.hasPrefix("[fd00:ec2:") }
}

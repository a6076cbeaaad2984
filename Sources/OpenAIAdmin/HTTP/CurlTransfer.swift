internal import CCurl

/// One request on one libcurl easy handle. Touched by the engine's thread alone.
final class CurlTransfer {
  let easy: UnsafeMutableRawPointer
  private let origin: String
  private let bodyLimit: Int
  private let inflationLimit: Int
  private let bearer: Secret?
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>

  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  private var headerBytes = 0
  private var isTooLarge = false
  /// Why libcurl was told to break off.
  private var implausible: String?

  /// Below this size a body may inflate as far as gzip goes.
  private static let inflationFloor = 8 << 20
  /// Bytes taken from a connection at once.
  private static let receiveBuffer = 512 << 10
  /// All headers of an answer together, in bytes.
  private static let headerLimit = 256 << 10

  /// - Throws: ``TransportError`` if the request can't be sent.
  init(_ request: HTTPRequest, url: RequestURL, configuration: CurlClient.Configuration) throws {
    origin = url.origin
    bodyLimit = configuration.bodyLimit
    inflationLimit = configuration.inflationLimit
    bearer = request.bearer
    guard let easy = curl_easy_init() else {
      throw TransportError(.failed, host: url.origin, reason: "out of memory")
    }
    self.easy = easy
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try setOptions(request, url: url, configuration: configuration)
    try setHeaders(request)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  private func setOptions(
    _ request: HTTPRequest, url: RequestURL, configuration: CurlClient.Configuration
  ) throws {
    set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText))
    set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_URL, request.url)
    set(CURLOPT_HTTPGET, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_PROTOCOLS_STR, url.isLoopback ? "http,https" : "https")
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorities = configuration.certificateAuthorities { try set(CURLOPT_CAINFO, authorities) }
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // Wait for a connection that can carry several requests instead of opening one for each.
    if url.scheme == "https" { set(CURLOPT_PIPEWAIT, 1) }
    // The empty proxy switches off the environment's: a loopback service is behind no proxy.
    if url.isLoopback { try set(CURLOPT_PROXY, "") }
    try set(CURLOPT_ACCEPT_ENCODING, "gzip")
    try set(CURLOPT_USERAGENT, configuration.userAgent)
    set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.milliseconds)
    set(CURLOPT_TIMEOUT_MS, request.timeouts.total.milliseconds)
    // Pages have megabytes: with libcurl's 16 KiB a large one takes hundreds of turns.
    set(CURLOPT_BUFFERSIZE, Self.receiveBuffer)
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, max(1, (request.timeouts.idle.milliseconds + 999) / 1000))

    let context = Unmanaged.passUnretained(self).toOpaque()
    set(CURLOPT_PRIVATE, pointer: context)
    set(CURLOPT_WRITEDATA, pointer: context)
    set(CURLOPT_HEADERDATA, pointer: context)
    ccurl_set_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      CurlTransfer.from(context)?.receive(UnsafeBufferPointer(start: data, count: size * count)) ?? 0
    }
    ccurl_set_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      CurlTransfer.from(context)?.receive(header: UnsafeBufferPointer(start: data, count: size * count)) ?? 0
    }
  }

  private func setHeaders(_ request: HTTPRequest) throws {
    for (name, value) in request.headers {
      guard !name.isEmpty, (name + value).utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw TransportError(
          .headerRefused, host: origin, reason: "the header \(name) holds special characters")
      }
      appendHeader("\(name): \(value)")
    }
    if let bearer = request.bearer {
      guard bearer.isSendable else {
        throw TransportError(
          .headerRefused, host: origin, reason: "the admin key is empty or holds spaces or special characters"
        )
      }
      bearer.withBytes { key in
        var line = Array("Authorization: Bearer ".utf8) + key + [0]
        line.withUnsafeMutableBufferPointer { line in
          line.withMemoryRebound(to: CChar.self) { appendHeader($0.baseAddress) }
          // libcurl has made its own copy, which it frees with the transfer.
          line.update(repeating: 0)
        }
      }
    }
    set(CURLOPT_HTTPHEADER, pointer: headerList.map { UnsafeMutableRawPointer($0) })
  }

  private func appendHeader(_ line: UnsafePointer<CChar>?) {
    if let list = curl_slist_append(headerList, line) { headerList = list }
  }

  private func set(_ option: CURLoption, _ value: Int) { ccurl_set_long(easy, option, value) }

  private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
    ccurl_set_pointer(easy, option, pointer)
  }

  /// Texts may be refused or need memory, and some of them are safety rules: they must have been taken.
  private func set(_ option: CURLoption, _ value: String) throws {
    let code = ccurl_set_string(easy, option, value)
    guard code == CURLE_OK else {
      throw TransportError(.failed, host: origin, reason: String(cString: curl_easy_strerror(code)))
    }
  }

  static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Anything but the count given makes libcurl break off.
  private func receive(_ data: UnsafeBufferPointer<CChar>) -> Int {
    guard body.count + data.count <= bodyLimit else {
      isTooLarge = true
      return 0
    }
    guard isInProportion(body.count + data.count) else {
      implausible = "its compressed body grows to more than \(inflationLimit) times its size"
      return 0
    }
    if body.isEmpty { body.reserveCapacity(announcedBytes) }
    data.withMemoryRebound(to: UInt8.self) { body.append(contentsOf: $0) }
    return data.count
  }

  /// What Content-Length says, within reason: a body that grows piece by piece is copied again and again.
  private var announcedBytes: Int {
    let length = headers.last { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
    return max(0, min(length, bodyLimit, 64 << 20))
  }

  /// Whether a body of `size` bytes can come of what has arrived: a small one that fills the memory is an attack.
  private func isInProportion(_ size: Int) -> Bool {
    guard size > Self.inflationFloor, headers.contains(where: { $0.name.lowercased() == "content-encoding" })
    else { return true }
    var arrived: Int64 = 0
    ccurl_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T, &arrived)
    return size / inflationLimit <= Int(arrived)
  }

  private func receive(header data: UnsafeBufferPointer<CChar>) -> Int {
    headerBytes += data.count
    guard headerBytes <= Self.headerLimit else {
      implausible = "its headers are larger than \(Self.headerLimit) bytes"
      return 0
    }
    let line = data.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    if line.hasPrefix("HTTP/") {
      // An interim answer (100, a proxy's) is followed by the real one.
      headers.removeAll()
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      headers.append((String(line[..<colon]), Self.trimmed(line[line.utf8.index(after: colon)...])))
    }
    return data.count
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.unicodeScalars.first, first.value <= 0x20 { text.unicodeScalars.removeFirst() }
    while let last = text.unicodeScalars.last, last.value <= 0x20 { text.unicodeScalars.removeLast() }
    return String(text)
  }

  /// What came of it, once libcurl is done.
  func result(_ code: CURLcode) -> Result<HTTPResponse, TransportError> {
    if isTooLarge {
      return .failure(TransportError(.tooLarge(limit: bodyLimit), host: origin, reason: "body limit reached"))
    }
    if let implausible {
      return .failure(TransportError(.implausible, host: origin, reason: implausible))
    }
    guard code == CURLE_OK else {
      let words = String(cString: errorText)
      let text = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
      let reason = bearer?.masked(in: text) ?? text
      return .failure(TransportError(CurlCode.kind(of: code), host: origin, reason: reason))
    }
    return .success(
      HTTPResponse(
        status: info(CURLINFO_RESPONSE_CODE), headers: headers, body: body,
        version: CurlCode.version(info(CURLINFO_HTTP_VERSION))))
  }

  private func info(_ info: CURLINFO) -> Int {
    var value = 0
    ccurl_get_long(easy, info, &value)
    return value
  }
}

extension Duration {
  /// Whole milliseconds, at least one: libcurl takes zero for "no limit".
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}

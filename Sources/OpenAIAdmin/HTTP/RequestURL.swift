internal import CCurl

/// A URL as libcurl itself reads it, checked: what is decided here and what is connected to can't differ.
struct RequestURL {
  let scheme: String
  let host: String
  /// Whether the host is this machine: only then may the scheme be `http`, and no proxy is used.
  let isLoopback: Bool

  /// `scheme://host`, for messages.
  var origin: String { "\(scheme)://\(host)" }

  /// - Throws: ``TransportError`` of kind `urlRefused`.
  init(_ url: String) throws {
    func refused(_ reason: String, host: String = "the configured URL") -> TransportError {
      TransportError(.urlRefused, host: host, reason: reason)
    }
    guard let handle = curl_url() else {
      throw TransportError(.failed, host: "any host", reason: "out of memory")
    }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK else {
      throw refused("it is no absolute URL with a known scheme")
    }
    func part(_ part: CURLUPart) -> String? {
      var text: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
      defer { curl_free(text) }
      return String(cString: text)
    }
    scheme = part(CURLUPART_SCHEME)?.lowercased() ?? ""
    host = part(CURLUPART_HOST)?.lowercased() ?? ""
    isLoopback = Self.isLoopback(host)
    guard !host.isEmpty else { throw refused("it names no host") }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw refused("a URL must not carry credentials", host: origin)
    }
    guard scheme == "https" || (scheme == "http" && isLoopback) else {
      throw refused("a key only travels over https; plain http is for loopback hosts", host: origin)
    }
  }

  /// 127.0.0.0/8, ::1 and localhost. libcurl has written numeric addresses in their usual form already.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

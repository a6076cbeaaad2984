/// Where a service is: scheme, host and port.
struct HTTPAddress: Sendable, Hashable {
  let scheme: String
  /// Lower case; an IPv6 address in brackets.
  let host: String
  /// Nil for the scheme's own.
  let port: Int?
  /// What stands before every path, without a slash at its end.
  let basePath: String

  var origin: String { "\(scheme)://\(authority)" }

  /// As the `Host` header holds it.
  var authority: String { port.map { "\(host):\($0)" } ?? host }

  /// 127.0.0.0/8, ::1 and localhost.
  var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  init(scheme: String = "https", host: String, port: Int? = nil, basePath: String = "") {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.basePath = basePath
  }

  /// Nil for what is no `http` or `https` address, or carries a user, a query or a fragment.
  init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = text[colon.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    var path = rest.dropFirst(authority.count)
    while path.hasSuffix("/") { path.removeLast() }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      !rest.contains(where: { "@?#".contains($0) }), !authority.isEmpty
    else { return nil }
    var host = authority
    var port: Int?
    let bracket = authority.lastIndex(of: "]")
    if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
      guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number)
      else { return nil }
      host = authority[..<colon]
      port = number == (scheme == "https" ? 443 : 80) ? nil : number
    }
    guard !host.isEmpty else { return nil }
    self.init(scheme: scheme, host: host.lowercased(), port: port, basePath: String(path))
  }

  /// The same service under a name before its own, as virtual-hosted buckets have it.
  func prefixed(_ name: String) -> HTTPAddress {
    HTTPAddress(scheme: scheme, host: "\(name).\(host)", port: port, basePath: basePath)
  }
}

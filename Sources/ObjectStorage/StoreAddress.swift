/// Where a root of the output is: a directory, or a prefix in a bucket.
public enum StoreAddress: Sendable, Hashable, CustomStringConvertible {
  case directory(String)
  case s3(bucket: String, prefix: String)
  case gcs(bucket: String, prefix: String)

  /// What `pipeline.yaml` calls it: a path, `s3://bucket/prefix`, `gs://bucket/prefix`.
  /// - Returns: nil for another scheme, a missing bucket, or a prefix that is no path.
  public init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else {
      var path = Substring(text)
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      self = .directory(String(path))
      return
    }
    let rest = text[colon.upperBound...]
    let bucket = rest.prefix { $0 != "/" }
    var prefix = rest.dropFirst(bucket.count + 1)
    while prefix.hasSuffix("/") { prefix.removeLast() }
    let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
    guard Self.isBucketName(bucket),
      prefix.isEmpty
        || parts.allSatisfy({ part in
          !part.isEmpty && part != "." && part != ".." && part.unicodeScalars.allSatisfy { $0.value >= 0x20 }
        })
    else { return nil }
    switch text[..<colon.lowerBound] {
    case "s3": self = .s3(bucket: String(bucket), prefix: String(prefix))
    case "gs": self = .gcs(bucket: String(bucket), prefix: String(prefix))
    default: return nil
    }
  }

  public var isDirectory: Bool {
    if case .directory = self { true } else { false }
  }

  public var description: String {
    switch self {
    case .directory(let path): path
    case .s3(let bucket, let prefix): "s3://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix)")
    case .gcs(let bucket, let prefix): "gs://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix)")
    }
  }

  /// What both services allow: it becomes part of a host's name or of a path.
  private static func isBucketName(_ name: Substring) -> Bool {
    guard (3...222).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
      return false
    }
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return isLetterOrDigit(first) && isLetterOrDigit(last) && !name.contains("..")
      && name.utf8.allSatisfy { isLetterOrDigit($0) || [45, 46, 95].contains($0) }
  }
}

/// Addresses of services as a configuration may name them.
public enum ServiceAddress {
  /// Whether it is an `http` or `https` address without user, query and fragment.
  public static func isAcceptable(_ text: String) -> Bool { HTTPAddress(text) != nil }
}

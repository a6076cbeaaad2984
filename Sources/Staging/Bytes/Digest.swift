import Crypto

/// SHA-256 of bytes as 64 lower-case hexadecimal digits, as manifests hold it.
public struct Digest: Sendable, Hashable, CustomStringConvertible {
  public let hex: String

  public init(of bytes: [UInt8]) {
    hex = Digest.text(SHA256.hash(data: bytes))
  }

  /// Digest of several byte strings one after the other.
  public init(of parts: some Sequence<[UInt8]>) {
    var hash = SHA256()
    for part in parts { hash.update(data: part) }
    hex = Digest.text(hash.finalize())
  }

  fileprivate init(_ digest: some Sequence<UInt8>) { hex = Digest.text(digest) }

  public init(of text: String) { self.init(of: Array(text.utf8)) }

  public var description: String { hex }

  private static func text(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(64)
    for byte in digest {
      out.append(digits[Int(byte >> 4)])
      out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Takes the digest of bytes that come one piece after the other.
public struct RunningDigest: Sendable {
  private var hash = SHA256()
  /// Bytes taken so far.
  public private(set) var bytes = 0

  public init() {}

  public mutating func take(_ piece: [UInt8]) {
    hash.update(data: piece)
    bytes += piece.count
  }

  public mutating func take(_ piece: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: piece)
    bytes += piece.count
  }

  public var digest: Digest { Digest(hash.finalize()) }
}

/// An ETag of S3: the MD5 of an object put at once, or the MD5 of its parts' MD5s and their number. Objects that
/// KMS encrypts have neither.
struct S3ETag {
  private let text: String

  init(_ tag: ObjectTag) {
    var text = Substring(tag.text)
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 { text = text.dropFirst().dropLast() }
    self.text = text.lowercased()
  }

  /// The ETag of an object sent in parts.
  static func ofParts(_ md5s: [[UInt8]]) -> String {
    "\(Hashes.hex(Hashes.md5(md5s.flatMap(\.self))))-\(md5s.count)"
  }

  private func isDigest(_ response: IncomingResponse) -> Bool {
    let encryption = response.header("x-amz-server-side-encryption") ?? ""
    return !encryption.hasPrefix("aws:kms")
      && response.header("x-amz-server-side-encryption-customer-algorithm") == nil
  }

  /// Whether it may be the ETag of what has this MD5; true where it tells nothing.
  func matches(_ response: IncomingResponse, md5: [UInt8]) -> Bool {
    guard isDigest(response), text.utf8.count == 32, text.allSatisfy(\.isHexDigit) else { return true }
    return text == Hashes.hex(md5)
  }

  /// Whether it may be the ETag of an answer's body.
  /// - Parameter partBytes: the size of the parts it was sent in, if it was.
  func matches(_ response: IncomingResponse, partBytes: Int?) -> Bool {
    guard let dash = text.firstIndex(of: "-") else {
      return matches(response, md5: Hashes.md5(response.body))
    }
    guard isDigest(response), let partBytes, partBytes > 0,
      let count = Int(text[text.index(after: dash)...]),
      count == max(1, (response.body.count + partBytes - 1) / partBytes)
    else { return true }
    let parts = stride(from: 0, to: max(1, response.body.count), by: partBytes).map { start in
      Hashes.md5(Array(response.body[start..<min(start + partBytes, response.body.count)]))
    }
    return text == Self.ofParts(parts)
  }

  /// Whether it is the ETag of these parts.
  func isOfParts(_ md5s: [[UInt8]]) -> Bool { text == Self.ofParts(md5s) }
}

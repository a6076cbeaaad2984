internal import CSimdjson
public import Diagnostics

/// A document that is not JSON.
public struct JSONSyntaxError: RecoverableError, Hashable {
  /// The byte where the document went wrong; nil where only the document as a whole is known to be bad.
  public let offset: Int?
  /// What is wrong, in a few words.
  public let reason: String
  /// At most 60 bytes of the document around the offset, with keys masked.
  public let excerpt: String

  public var recovery: Recovery { .refuseData }

  public var description: String {
    let place = offset.map { "at byte \($0)" } ?? "somewhere"
    let text = excerpt.isEmpty ? "" : " near `\(excerpt)`"
    return "not a JSON document: \(reason) \(place)\(text)"
  }

  static let outOfMemory = JSONSyntaxError(offset: nil, reason: "out of memory", excerpt: "")

  private init(offset: Int?, reason: String, excerpt: String) {
    self.offset = offset
    self.reason = reason
    self.excerpt = excerpt
  }

  init(code: Int32, offset: Int?, document: UnsafeBufferPointer<UInt8>) {
    self.offset = offset
    reason = String(cString: csimdjson_error_message(code))
    excerpt = Excerpt.of(document, around: offset ?? 0)
  }
}

/// An admin key on its way to the wire.
///
/// It is no String, so that it can't be interpolated, logged or dumped by accident: every description,
/// mirror and debugger text of it says `(secret)`.
public struct Secret: Sendable {
  private let bytes: [UInt8]

  public init(_ text: String) { bytes = Array(text.utf8) }

  /// Hands the bytes to the one place that sends them.
  func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(bytes) }

  /// A text without the key, whole, in pieces or encoded: servers and proxies echo what they were sent.
  public func masked(in text: String) -> String { Redaction(bytes).masked(text) }

  /// Whether it can stand in a header: printable ASCII without spaces, and not empty.
  var isSendable: Bool { !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(secret)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

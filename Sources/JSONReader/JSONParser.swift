internal import CSimdjson

/// Reads JSON documents into a flat index of their values, at several hundred MB a second.
///
/// Made once and used for many documents, by one task at a time: it keeps its buffers. The text of a
/// value is never converted on the way, so numbers keep every digit as written (DESIGN C2) and any
/// value's verbatim text can be sliced out.
///
/// Strict RFC 8259: one value with nothing but white space around it, UTF-8 without byte order mark,
/// all escapes and number literals checked whether or not anybody reads them, nesting at most 64.
public final class JSONParser {
  private let handle: OpaquePointer?
  private var isInUse = false

  public init() { handle = csimdjson_create() }

  deinit { csimdjson_free(handle) }

  /// Documents during whose reading this is the same differ in their scalars alone: they have the same members in the
  /// same order. 0 before the first one.
  public var shape: Int { handle.map { csimdjson_shape($0) } ?? 0 }

  /// Parses one document and hands its root value to `body`.
  ///
  /// - Parameters:
  ///   - bytes: the document. Not copied where at least 64 bytes behind it may be read and the first of
  ///     them is zero; see `capacity`.
  ///   - capacity: how many bytes from the start of `bytes` may be read, where that is more than its count.
  ///   - body: gets the root value. Neither it nor any value reached from it may be used afterwards.
  /// - Throws: ``JSONSyntaxError`` if the document is not JSON, and what `body` throws.
  public func parse<Result>(
    _ bytes: UnsafeBufferPointer<UInt8>, capacity: Int? = nil, _ body: (JSONValue) throws -> Result
  ) throws -> Result {
    // The tokens live in the parser: a document parsed while another one is being read needs its own.
    if isInUse { return try JSONParser().parse(bytes, capacity: capacity, body) }
    isInUse = true
    defer { isInUse = false }

    guard let handle else { throw JSONSyntaxError.outOfMemory }
    guard let base = bytes.baseAddress, !bytes.isEmpty else {
      throw JSONSyntaxError(code: Int32(CSIMDJSON_EMPTY), offset: 0, document: bytes)
    }
    var tokens: UnsafePointer<csimdjson_token>?
    var count = 0
    var offset = 0
    let code = csimdjson_index(
      handle, base, bytes.count, max(bytes.count, capacity ?? 0), &tokens, &count, &offset)
    guard code == CSIMDJSON_OK, let tokens, count > 0 else {
      throw JSONSyntaxError(
        code: code, offset: UInt(bitPattern: offset) == .max ? nil : offset, document: bytes)
    }
    return try body(JSONValue(document: base, tokens: tokens, index: 0))
  }

  /// Whether a document is JSON, and an object: what ``parse(_:capacity:_:)`` would find, without an index of its values.
  ///
  /// Hot path.
  /// - Throws: ``JSONSyntaxError`` if the document is not JSON.
  public func isObject(_ bytes: UnsafeBufferPointer<UInt8>, capacity: Int? = nil) throws -> Bool {
    if !isInUse, let handle, let base = bytes.baseAddress,
      csimdjson_is_object(handle, base, bytes.count, max(bytes.count, capacity ?? 0)) == 1
    {
      return true
    }
    return try parse(bytes, capacity: capacity) { $0.kind == .object }
  }

  /// Parses one document held in an array.
  ///
  /// - Throws: ``JSONSyntaxError`` if the document is not JSON, and what `body` throws.
  public func parse<Result>(_ bytes: [UInt8], _ body: (JSONValue) throws -> Result) throws -> Result {
    try bytes.withUnsafeBufferPointer { try parse($0, body) }
  }
}

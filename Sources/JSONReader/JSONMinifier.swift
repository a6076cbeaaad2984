internal import CSimdjson

/// Takes the white space between the tokens of JSON texts away.
public enum JSONMinifier {
  /// Appends a document to `target` without the white space outside of its strings.
  ///
  /// - Parameter document: has to be JSON, and known to be: two tokens with nothing but space between them
  ///   would become one.
  public static func append(_ document: UnsafeBufferPointer<UInt8>, to target: inout [UInt8]) {
    guard let base = document.baseAddress else { return }
    let room = document.count + Int(CSIMDJSON_MINIFY_ROOM)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { spare in
      guard let start = spare.baseAddress else { return }
      let written = csimdjson_minify(base, document.count, start)
      // Never what is no JSON; and if it were, it would stay as it came.
      let isWritten = written <= document.count
      target.append(
        contentsOf: isWritten ? UnsafeBufferPointer(start: start, count: written) : document)
    }
  }
}

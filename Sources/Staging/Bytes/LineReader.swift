import Glibc

/// Reads the lines of a gzip'd NDJSON file.
public struct LineReader {
  /// The longest line accepted, in bytes.
  public static let lineLimit = 64 << 20

  /// Calls `body` with each line, without its line feed, and its number from 1 on.
  ///
  /// The bytes are valid only during the call. A last line without a line feed is a line; empty lines
  /// are refused, because no stage writes them.
  /// - Throws: ``CorruptFile``, and what `body` throws.
  public static func forEachLine(
    ofGzip file: [UInt8], path: String,
    _ body: (_ line: UnsafeBufferPointer<UInt8>, _ number: Int) throws -> Void
  ) throws {
    let window = ByteWindow(
      try GzipDecoder(file, path: path), path: path, recordLimit: lineLimit)
    var number = 0
    var searched = 0
    while true {
      let bytes = window.bytes
      if let base = bytes.baseAddress, searched < bytes.count,
        let found = memchr(base + searched, 0x0A, bytes.count - searched)
      {
        let length = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
        number += 1
        guard length > 0 else { throw CorruptFile(path: path, reason: "line \(number) is empty") }
        try body(UnsafeBufferPointer(start: base, count: length), number)
        window.consume(length + 1)
        searched = 0
        continue
      }
      searched = bytes.count
      if try !window.refill() {
        if window.bytes.count > 0 { try body(window.bytes, number + 1) }
        return
      }
    }
  }
}

import Glibc
import Staging

/// Standard output and error, unbuffered, so that lines of several tasks do not mix.
enum StandardStreams {
  static func writeOutput(_ text: String) { _ = writeAll(STDOUT_FILENO, text) }
  static func writeError(_ text: String) { _ = writeAll(STDERR_FILENO, text) }

  /// Writes what a caller reads to learn what a run did.
  /// - Throws: ``StorageFailure`` if it cannot be written: a run whose summary is lost has not done all.
  static func writeSummary(_ text: String) throws {
    let code = writeAll(STDOUT_FILENO, text)
    if code != 0 { throw StorageFailure(path: "standard output", operation: "write to", code: code) }
  }

  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// - Returns: 0, or the `errno` value of what failed.
  private static func writeAll(_ descriptor: Int32, _ text: String) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count, let base = bytes.baseAddress {
        let count = write(descriptor, base + offset, bytes.count - offset)
        if count < 0 && errno != EINTR { return errno }
        offset += max(count, 0)
      }
      return 0
    }
  }
}

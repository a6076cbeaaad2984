import Glibc

/// Standard output and error, unbuffered, so that lines of several tasks do not mix.
enum StandardStreams {
  static func writeOutput(_ text: String) { writeAll(STDOUT_FILENO, text) }
  static func writeError(_ text: String) { writeAll(STDERR_FILENO, text) }

  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func writeAll(_ descriptor: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count, let base = bytes.baseAddress {
        let count = write(descriptor, base + offset, bytes.count - offset)
        if count < 0 && errno != EINTR { return }
        offset += max(count, 0)
      }
    }
  }
}

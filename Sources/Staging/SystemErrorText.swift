import Glibc

/// The operating system's words for an `errno` value.
enum SystemErrorText {
  static func of(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }
}

import Glibc

/// A file that holds an admin key.
///
/// Refused where others than its owner and group can read or write it. The group may read: that is how
/// Kubernetes hands secrets to a process that does not run as root (`fsGroup`).
enum KeyFile {
  /// No key comes near this size, in bytes.
  static let limit = 64 << 10

  /// - Returns: the text, and the permission bits as `ls` counts them.
  /// - Throws: ``KeyProblem``.
  static func read(_ path: String) throws(KeyProblem) -> (text: String, permissions: UInt32) {
    // Not to wait for a pipe that nobody writes to.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw KeyProblem("there is no file \(path)") }
      throw KeyProblem("the file \(path) cannot be read: \(words(errno)); make it readable for this user")
    }
    defer { close(descriptor) }
    // Of the open file, so that what is checked is what is read.
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw KeyProblem("\(path) is no regular file; for a program that prints the key use { command: [...] }")
    }
    let permissions = UInt32(info.st_mode & 0o777)
    guard permissions & 0o006 == 0 else {
      throw KeyProblem(
        "the file \(path) has mode \(text(permissions)): others can "
          + (permissions & 0o004 != 0 ? "read" : "write") + " it; run: chmod o-rwx \(quoted(path))")
    }
    guard info.st_size <= limit else {
      throw KeyProblem("the file \(path) is larger than \(limit) bytes: it is no key")
    }
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let got = Glibc.read(descriptor, &bytes[count], limit - count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw KeyProblem("the file \(path) cannot be read: \(words(errno))") }
      if got == 0 { break }
      count += got
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw KeyProblem("the file \(path) is not UTF-8 text")
    }
    return (text, permissions)
  }

  /// `0640`.
  static func text(_ permissions: UInt32) -> String {
    let digits = String(permissions, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A path for a shell.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isPlain
      ? path
      : "'"
        + path.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

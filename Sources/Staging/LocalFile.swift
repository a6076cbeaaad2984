import Diagnostics
import Glibc

/// Files outside the store: the configuration, key files.
public enum LocalFile {
  /// A file's text, or nil if there is no such file.
  /// - Throws: ``StorageFailure``; ``CorruptFile`` if it is no UTF-8.
  public static func text(_ path: String) throws -> String? {
    guard let bytes = try POSIXFile.read(path) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CorruptFile(path: path, reason: "it is not UTF-8 text")
    }
    return text
  }

  /// A file's bytes, or nil if there is no such file.
  /// - Throws: ``StorageFailure``.
  public static func bytes(_ path: String) throws -> [UInt8]? { try POSIXFile.read(path) }

  /// The permission bits of a file, or nil if there is no such file.
  public static func permissions(_ path: String) -> UInt32? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    return UInt32(info.st_mode & 0o777)
  }

  /// Checks that files can be created in a folder, or in the nearest folder above it that exists.
  /// - Throws: ``StorageFailure``.
  public static func checkWritable(folder: String) throws {
    var candidate = folder
    while access(candidate, F_OK) != 0, let slash = candidate.lastIndex(of: "/"), slash > candidate.startIndex
    {
      candidate = String(candidate[..<slash])
    }
    if access(candidate, F_OK) != 0 { candidate = "." }
    guard access(candidate, W_OK | X_OK) == 0 else { throw POSIXFile.failure("create files in", candidate) }
  }

  /// Bytes that a program without privileges can still write where `path` lies, or nil if that is unknown.
  public static func freeBytes(at path: String) -> Int? {
    var info = statvfs()
    var candidate = path
    while statvfs(candidate, &info) != 0 {
      guard let slash = candidate.lastIndex(of: "/"), slash > candidate.startIndex else { return nil }
      candidate = String(candidate[..<slash])
    }
    return Int(info.f_bavail) * Int(info.f_frsize)
  }
}

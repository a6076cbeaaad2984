import Diagnostics
import Glibc

/// A folder of this process alone, for files that another program reads or writes; gone when nobody holds it any more.
public final class ScratchFolder: Sendable {
  public let path: String

  /// Makes it below `TMPDIR`, or `/tmp`.
  /// - Throws: ``StorageFailure``.
  public init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/unblended-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXFile.failure("create a folder in", parent) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? POSIXFile.removeTree(path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// - Throws: ``StorageFailure``.
  public func write(_ name: String, _ bytes: [UInt8]) throws {
    let descriptor = try POSIXFile.create(file(name), mode: 0o600)
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try POSIXFile.writeAll(descriptor, $0, path: file(name)) }
  }

  /// The whole file, or nil if there is none.
  /// - Throws: ``StorageFailure``.
  public func read(_ name: String) throws -> [UInt8]? { try POSIXFile.read(file(name)) }
}

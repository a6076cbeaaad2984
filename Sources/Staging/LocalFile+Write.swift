import Glibc

extension LocalFile {
  /// Writes a file outside the store at once or not at all: readers see the old bytes or the new ones.
  /// - Throws: ``StorageFailure``.
  public static func write(_ path: String, _ bytes: [UInt8], mode: FileMode) throws {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    if folder != ".", !folder.isEmpty { try POSIXFile.makeFolders(folder, mode: mode_t(mode.folderBits)) }
    // Hidden, and under no name that a collector looks for.
    let aside = "\(folder)/.\(name).\(getpid()).tmp"
    try POSIXFile.remove(aside)
    let descriptor = try POSIXFile.create(aside, mode: mode_t(mode.bits))
    do {
      defer { close(descriptor) }
      try bytes.withUnsafeBytes { try POSIXFile.writeAll(descriptor, $0, path: aside) }
      try POSIXFile.sync(descriptor, path: aside)
    } catch {
      try? POSIXFile.remove(aside)
      throw error
    }
    do { try POSIXFile.rename(aside, path) } catch {
      try? POSIXFile.remove(aside)
      throw error
    }
  }
}

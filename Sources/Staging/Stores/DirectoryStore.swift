import CPlatform
import Glibc
import Synchronization

/// A store in a directory of the local file system.
///
/// Objects are written aside in `.tmp/`, synced, and renamed into place, so that a run killed at any
/// instant leaves the old object or the new one. Trees are built aside and exchanged with one system call.
public final class DirectoryStore: Store {
  public let name: String
  private let root: String
  private let fileMode: mode_t
  private let folderMode: mode_t
  private let counter = Atomic<Int>(0)
  /// Processes on several hosts or in several containers may have the same number.
  private let token = String(UInt64.random(in: .min ... .max), radix: 36)

  private static let scratch = ".tmp"

  /// - Parameters:
  ///   - root: created when first written to.
  ///   - fileMode: permission bits of new files; folders get the execute bits that go with them.
  public init(root: String, fileMode: UInt32 = 0o640) {
    self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    name = self.root
    self.fileMode = mode_t(fileMode)
    folderMode = mode_t(FileMode(bits: fileMode).folderBits)
  }

  public func list(_ folder: String) async throws -> [StoredObject] {
    try StoreKey.check(folder)
    var objects: [StoredObject] = []
    func visit(_ key: String) throws {
      for (name, isFolder) in try POSIXFile.names(in: root + "/" + key) ?? [] {
        let child = key + "/" + name
        if isFolder {
          try visit(child)
        } else {
          objects.append(StoredObject(key: child, bytes: try POSIXFile.size(root + "/" + child)))
        }
      }
    }
    try visit(folder)
    return objects.sorted { $0.key < $1.key }
  }

  public func read(_ key: String) async throws -> [UInt8]? {
    try POSIXFile.read(path(key))
  }

  public func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    let target = try path(key)
    let aside = try scratchPath()
    let sink = try FileSink(path: aside, mode: fileMode)
    do {
      try await produce(sink)
      try sink.close()
      try POSIXFile.makeFolders(folder(of: target), mode: folderMode)
      try POSIXFile.rename(aside, target)
      try POSIXFile.syncFolder(folder(of: target))
    } catch {
      try? sink.close()
      try? POSIXFile.remove(aside)
      throw error
    }
  }

  public func remove(_ key: String) async throws {
    try POSIXFile.remove(path(key))
  }

  public func replace(
    _ key: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try exchangeTree(key, entries)
    try await commit()
  }

  private func exchangeTree(_ key: String, _ entries: [TreeEntry]) throws {
    let target = try path(key)
    let aside = try scratchPath()
    do {
      var folders: Set<String> = []
      try POSIXFile.makeFolders(aside, mode: folderMode)
      for entry in entries {
        let source = try path(entry.source)
        let link = aside + "/" + entry.name
        try StoreKey.check(entry.name)
        let parent = folder(of: link)
        if folders.insert(parent).inserted { try POSIXFile.makeFolders(parent, mode: folderMode) }
        try linkOrCopy(source, link)
      }
      for parent in folders { try POSIXFile.syncFolder(parent) }
      try POSIXFile.makeFolders(folder(of: target), mode: folderMode)
      try exchange(aside, target)
      try POSIXFile.syncFolder(folder(of: target))
    } catch {
      try? POSIXFile.removeTree(aside)
      throw error
    }
    try POSIXFile.removeTree(aside)
  }

  public func removeScratch() async throws {
    for folder in [Self.scratch, PartitionLock.folder] { try POSIXFile.removeTree(root + "/" + folder) }
  }

  private func path(_ key: String) throws -> String {
    try StoreKey.check(key)
    return root + "/" + key
  }

  private func scratchPath() throws -> String {
    let folder = root + "/" + Self.scratch
    try POSIXFile.makeFolders(folder, mode: folderMode)
    return "\(folder)/\(getpid())-\(token)-\(counter.add(1, ordering: .relaxed).newValue)"
  }

  private func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Puts the tree `aside` at `target`; what was there ends up at `aside`.
  private func exchange(_ aside: String, _ target: String) throws {
    if rename(aside, target) == 0 { return }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw POSIXFile.failure("rename to", target) }
    if platform_exchange(aside, target) == 0 { return }
    // A file system without the exchange: the old tree steps aside first, so nothing is ever counted twice.
    let old = try scratchPath()
    try POSIXFile.rename(target, old)
    try POSIXFile.rename(aside, target)
    try POSIXFile.rename(old, aside)
  }

  private func linkOrCopy(_ source: String, _ target: String) throws {
    if link(source, target) == 0 { return }
    guard let bytes = try POSIXFile.read(source) else {
      throw CorruptFile(path: source, reason: "the file is missing")
    }
    let sink = try FileSink(path: target, mode: fileMode)
    try sink.appendNow(bytes)
    try sink.close()
  }
}

/// Writes one file; `close` makes it durable. Used by one writer at a time.
final class FileSink: ObjectSink {
  private let path: String
  private let descriptor: Int32
  private var isOpen = true

  init(path: String, mode: mode_t) throws {
    self.path = path
    descriptor = try POSIXFile.create(path, mode: mode)
  }

  func append(_ bytes: [UInt8]) async throws { try appendNow(bytes) }

  func appendNow(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try POSIXFile.writeAll(descriptor, $0, path: path) }
  }

  func close() throws {
    guard isOpen else { return }
    isOpen = false
    defer { _ = Glibc.close(descriptor) }
    try POSIXFile.sync(descriptor, path: path)
  }
}

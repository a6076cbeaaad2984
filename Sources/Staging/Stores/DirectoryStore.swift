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

  public func folders(in folder: String) async throws -> [String] {
    try StoreKey.check(folder)
    return try POSIXFile.names(in: root + "/" + folder)?.filter(\.isFolder).map(\.name) ?? []
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
    } catch {
      try? sink.file.close()
      try? POSIXFile.remove(aside)
      throw error
    }
    let file = sink.file
    try await DiskQueue.run { [self] in
      do {
        try file.close()
        try place([(aside, target)])
      } catch {
        try? POSIXFile.remove(aside)
        throw error
      }
    }
  }

  public func write(_ objects: [NewObject]) async throws {
    let targets = try objects.map { try path($0.key) }
    try await DiskQueue.run { [self] in
      var written: [(aside: String, target: String)] = []
      do {
        for (object, target) in zip(objects, targets) {
          let aside = try scratchPath()
          let file = try NewFile(path: aside, mode: fileMode)
          written.append((aside, target))
          do { try file.append(object.bytes) } catch {
            try? file.close()
            throw error
          }
          try file.close()
        }
        try place(written)
      } catch {
        for (aside, _) in written { try? POSIXFile.remove(aside) }
        throw error
      }
    }
  }

  /// Moves files that are durable to their places, and makes that durable.
  private func place(_ files: [(aside: String, target: String)]) throws {
    var folders: [String] = []
    for (aside, target) in files {
      let folder = folder(of: target)
      if folders.last != folder {
        try POSIXFile.makeFolders(folder, mode: folderMode)
        folders.append(folder)
      }
      try POSIXFile.rename(aside, target)
    }
    for folder in folders { try POSIXFile.syncFolder(folder) }
  }

  /// Reads the file piece by piece: a spreadsheet of a month may be larger than what a run should hold.
  public func holds(_ record: FileRecord, at key: String) async throws -> Bool {
    guard let found = try POSIXFile.digest(path(key), ofBytes: record.bytes) else { return false }
    return found.hex == record.sha256
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
    let file = try NewFile(path: target, mode: fileMode)
    do { try file.append(bytes) } catch {
      try? file.close()
      throw error
    }
    try file.close()
  }
}

/// A file that is being written; `close` makes it durable. Used by one writer at a time.
struct NewFile: Sendable {
  private let path: String
  private let descriptor: Int32

  init(path: String, mode: mode_t) throws {
    self.path = path
    descriptor = try POSIXFile.create(path, mode: mode)
  }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try POSIXFile.writeAll(descriptor, $0, path: path) }
  }

  /// To be called once.
  func close() throws {
    defer { _ = Glibc.close(descriptor) }
    try POSIXFile.sync(descriptor, path: path)
  }
}

/// Takes the bytes of one file.
private final class FileSink: ObjectSink {
  let file: NewFile

  init(path: String, mode: mode_t) throws { file = try NewFile(path: path, mode: mode) }

  func append(_ bytes: [UInt8]) async throws { try file.append(bytes) }
}

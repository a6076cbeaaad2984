import Synchronization

/// A store in memory, for tests and for trying things without a disk.
public final class MemoryStore: Store {
  private let objects = Mutex<[String: [UInt8]]>([:])
  public let name: String

  public init(name: String = "memory") { self.name = name }

  public func list(_ folder: String) async throws -> [StoredObject] {
    try StoreKey.check(folder)
    return objects.withLock { objects in
      objects.filter { $0.key.hasPrefix(folder + "/") }
        .map { StoredObject(key: $0.key, bytes: $0.value.count) }
        .sorted { $0.key < $1.key }
    }
  }

  public func read(_ key: String) async throws -> [UInt8]? {
    try StoreKey.check(key)
    return objects.withLock { $0[key] }
  }

  public func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    try StoreKey.check(key)
    let sink = BufferSink()
    try await produce(sink)
    objects.withLock { $0[key] = sink.bytes }
  }

  public func remove(_ key: String) async throws {
    try StoreKey.check(key)
    objects.withLock { $0[key] = nil }
  }

  public func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try StoreKey.check(folder)
    for entry in entries { try StoreKey.check(folder + "/" + entry.name) }
    try objects.withLock { objects in
      var tree: [String: [UInt8]] = [:]
      for entry in entries {
        guard let bytes = objects[entry.source] else {
          throw CorruptFile(path: entry.source, reason: "the file is missing from \(name)")
        }
        tree[folder + "/" + entry.name] = bytes
      }
      objects = objects.filter { !$0.key.hasPrefix(folder + "/") }
      objects.merge(tree) { _, new in new }
    }
    try await commit()
  }
}

/// Collects the bytes of one object in memory. Used by one writer at a time.
final class BufferSink: ObjectSink {
  private(set) var bytes: [UInt8] = []
  func append(_ bytes: [UInt8]) async throws { self.bytes.append(contentsOf: bytes) }
}

/// One store made of several: each top folder (`raw`, `focus`, …) lies in a root of its own choice.
public struct RoutedStore: Store {
  private let main: any Store
  /// By top folder.
  private let roots: [String: any Store]

  /// - Parameters:
  ///   - main: holds every folder that `roots` does not name.
  ///   - roots: each holds its folder under the same name as `main` would.
  public init(_ main: any Store, roots: [String: any Store]) {
    self.main = main
    self.roots = roots
  }

  public var name: String { main.name }

  /// The top folder that has a root of its own, or nil for the main one.
  private func root(_ key: String) -> String? {
    let top = String(key.prefix { $0 != "/" })
    return roots[top] == nil ? nil : top
  }

  private func store(_ key: String) -> any Store { root(key).flatMap { roots[$0] } ?? main }

  public func list(_ folder: String) async throws -> [StoredObject] { try await store(folder).list(folder) }

  public func folders(in folder: String) async throws -> [String] {
    try await store(folder).folders(in: folder)
  }

  public func read(_ key: String) async throws -> [UInt8]? { try await store(key).read(key) }

  public func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    try await store(key).write(key, produce)
  }

  public func write(_ objects: [NewObject]) async throws {
    // In runs of one root, so that their order holds.
    var start = 0
    while start < objects.count {
      let root = root(objects[start].key)
      let end = objects[start...].firstIndex { self.root($0.key) != root } ?? objects.count
      try await store(objects[start].key).write(Array(objects[start..<end]))
      start = end
    }
  }

  public func remove(_ key: String) async throws { try await store(key).remove(key) }

  public func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    if let other = entries.first(where: { root($0.source) != root(folder) }) {
      throw CorruptFile(path: other.source, reason: "it lies in another root than \(folder)")
    }
    try await store(folder).replace(folder, with: entries, committing: commit)
  }

  public func holds(_ record: FileRecord, at key: String) async throws -> Bool {
    try await store(key).holds(record, at: key)
  }

  public func writeIfChanged(_ key: String, _ bytes: [UInt8]) async throws -> Bool {
    try await store(key).writeIfChanged(key, bytes)
  }

  public func removeScratch() async throws {
    for store in [main] + roots.values { try await store.removeScratch() }
  }
}

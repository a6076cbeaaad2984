import Staging
import Synchronization

/// Notes every change to a store, and fails before one of them as if the process were killed.
public final class WatchedStore: Store {
  public struct Killed: Error {}
  private let base: any Store
  private let failingAt: Int?
  private let seen = Mutex<[String]>([])

  public init(_ base: any Store, failingAt: Int? = nil) {
    self.base = base
    self.failingAt = failingAt
  }

  public var name: String { base.name }
  public var changes: [String] { seen.withLock { $0 } }
  public func clear() { seen.withLock { $0 = [] } }

  private func note(_ change: String) throws {
    try seen.withLock { seen in
      if let failingAt, seen.count >= failingAt { throw Killed() }
      seen.append(change)
    }
  }

  public func list(_ folder: String) async throws -> [StoredObject] { try await base.list(folder) }
  public func read(_ key: String) async throws -> [UInt8]? { try await base.read(key) }
  public func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    try note("write \(key)")
    try await base.write(key, produce)
  }
  public func remove(_ key: String) async throws {
    try note("remove \(key)")
    try await base.remove(key)
  }
  public func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try note("replace \(folder)")
    try await base.replace(folder, with: entries, committing: commit)
  }
}

import Synchronization

/// Rendered buckets of whole days, so that a page that was asked for before costs a copy.
final class RowCache: Sendable {
  private struct Store {
    var rows: [String: [UInt8]] = [:]
    var bytes = 0
    /// By organization, with the version of the world they are from.
    var fragments: [Int: (version: Int, texts: Fragments)] = [:]
  }

  private let store = Mutex(Store())
  private let capacity: Int

  /// - Parameter capacity: bytes; when they are used up everything goes.
  init(capacity: Int = 400_000_000) { self.capacity = capacity }

  func rows(_ name: String, _ render: () -> [UInt8]) -> [UInt8] {
    if let known = store.withLock({ $0.rows[name] }) { return known }
    let rendered = render()
    store.withLock { store in
      if store.bytes + rendered.count > capacity {
        store.rows = [:]
        store.bytes = 0
      }
      store.rows[name] = rendered
      store.bytes += rendered.count
    }
    return rendered
  }

  /// The recurring texts of an organization.
  func fragments(_ organization: Organization, in world: World) -> Fragments {
    let known = store.withLock { $0.fragments[organization.index] }
    if let known, known.version == world.version { return known.texts }
    let texts = Fragments(organization, oddities: world.oddities)
    store.withLock { $0.fragments[organization.index] = (world.version, texts) }
    return texts
  }

  func clear() { store.withLock { $0 = Store() } }
}

import Synchronization

/// Reads sealed files, and understands each text once: the manifests of a year are looked at by every run, and by more
/// than one part of it. The bytes are always read again; understanding them is what takes time.
public final class SealedReader<Content: SealedJSON & Sendable>: Sendable {
  private struct Entry {
    let bytes: [UInt8]
    let content: Content
  }

  private let store: any Store
  private let entries = Mutex<[String: Entry]>([:])
  /// More files than this are not kept.
  private static var limit: Int { 100 }

  public init(_ store: any Store) { self.store = store }

  /// The file at a key; nil where there is none.
  /// - Throws: ``CorruptFile`` if it cannot be read, or is not what was written.
  public func read(_ key: String) async throws -> Content? {
    guard let bytes = try await store.read(key) else { return nil }
    let known = entries.withLock { $0[key] }
    if let known, known.bytes == bytes { return known.content }
    let content = try Content(sealed: bytes, path: key)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll() }
      entries[key] = Entry(bytes: bytes, content: content)
    }
    return content
  }
}

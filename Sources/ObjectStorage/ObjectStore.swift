public import Staging

/// A store in a bucket, below a prefix.
///
/// - An object is put with one request, or part by part where it is large; either way it is there whole or not at
///   all. Uploads that fail are aborted, those of killed runs by ``removeScratch()``.
/// - A tree cannot be exchanged at once: what is new is copied on the server beside what is old, then the caller
///   commits, then what is old goes. At no instant is anything missing; between, both are there.
public struct ObjectStore: Store {
  private let bucket: any Bucket
  /// With a slash at its end, or empty.
  private let prefix: String
  private let partBytes: Int

  /// - Parameters:
  ///   - prefix: without slashes at its ends; empty for the whole bucket.
  ///   - partBytes: what is larger is sent in parts of this size; S3 wants at least 5 MiB.
  init(_ bucket: any Bucket, prefix: String, partBytes: Int = 16 << 20) {
    self.bucket = bucket
    self.prefix = prefix.isEmpty ? "" : prefix + "/"
    self.partBytes = partBytes
  }

  public var name: String { prefix.isEmpty ? bucket.name : "\(bucket.name)/\(prefix.dropLast())" }

  public func list(_ folder: String) async throws -> [StoredObject] {
    try StoreKey.check(folder)
    return try await bucket.list(prefix: prefix + folder + "/")
      // Consoles put empty objects that stand for folders.
      .filter { !$0.key.hasSuffix("/") }
      .map { StoredObject(key: String($0.key.dropFirst(prefix.count)), bytes: $0.bytes) }
      .sorted { $0.key < $1.key }
  }

  public func read(_ key: String) async throws -> [UInt8]? {
    try StoreKey.check(key)
    return try await bucket.get(prefix + key)?.bytes
  }

  public func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    try StoreKey.check(key)
    let sink = UploadSink(bucket, key: prefix + key, partBytes: partBytes)
    do {
      try await produce(sink)
      try await sink.finish()
    } catch {
      await sink.abort()
      throw error
    }
  }

  public func remove(_ key: String) async throws {
    try StoreKey.check(key)
    try await bucket.delete(prefix + key)
  }

  public func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try StoreKey.check(folder)
    let copies = try checked(entries, below: folder)
    let present = Set(try await list(folder).map(\.key))
    try await check(copies, entries, present, below: folder)
    let added = copies.filter { !present.contains($0.target) }.map(\.target)
    do {
      try await forEach(copies) { copy in
        guard try await bucket.copy(prefix + copy.source, to: prefix + copy.target) else {
          throw missing(copy.source)
        }
      }
    } catch {
      // Best effort: what stays is removed by the next replacement that goes through.
      await Task { try? await forEach(added) { try await bucket.delete(prefix + $0) } }.value
      throw error
    }
    try await commit()
    let wanted = Set(entries.map { folder + "/" + $0.name })
    try await forEach(present.subtracting(wanted).sorted()) { try await bucket.delete(prefix + $0) }
  }

  public func holds(_ record: FileRecord, at key: String) async throws -> Bool {
    try StoreKey.check(key)
    guard let head = try await bucket.head(prefix + key), head.bytes == record.bytes else { return false }
    if let sha256 = head.sha256 { return sha256 == record.sha256 }
    return try await read(key).map { Digest(of: $0).hex == record.sha256 } ?? false
  }

  public func writeIfChanged(_ key: String, _ bytes: [UInt8]) async throws -> Bool {
    if try await holds(FileRecord(path: key, rows: 0, content: bytes), at: key) { return false }
    try await write(key, bytes)
    return true
  }

  /// Aborts the uploads that killed runs left: they are paid for and shown by no listing.
  public func removeScratch() async throws {
    for left in try await bucket.unfinishedUploads(prefix: prefix) {
      try await bucket.abortUpload(left.key, left.upload)
    }
  }

  private struct Copy: Sendable {
    let source: String
    let target: String
  }

  /// The copies to make: what stays where it is needs none.
  /// - Throws: ``CorruptFile`` for keys outside, and where an object would be overwritten before it is copied.
  private func checked(_ entries: [TreeEntry], below folder: String) throws -> [Copy] {
    var copies: [Copy] = []
    for entry in entries {
      try StoreKey.check(entry.name)
      try StoreKey.check(entry.source)
      let target = folder + "/" + entry.name
      if entry.source != target { copies.append(Copy(source: entry.source, target: target)) }
    }
    let sources = Set(entries.map(\.source))
    if let overwritten = copies.first(where: { sources.contains($0.target) }) {
      throw CorruptFile(
        path: overwritten.target, reason: "it would be overwritten while it is a part of the new tree")
    }
    return copies
  }

  /// A tree with a part missing is refused before anything is changed.
  private func check(
    _ copies: [Copy], _ entries: [TreeEntry], _ present: Set<String>, below folder: String
  ) async throws {
    for entry in entries where entry.source == folder + "/" + entry.name && !present.contains(entry.source) {
      throw missing(entry.source)
    }
    try await forEach(Set(copies.map(\.source)).subtracting(present).sorted()) { source in
      if try await bucket.head(prefix + source) == nil { throw missing(source) }
    }
  }

  private func missing(_ key: String) -> CorruptFile {
    CorruptFile(path: key, reason: "the file is missing from \(name)")
  }

  /// Several at once: the bucket's own limit says how many.
  private func forEach<Item: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var waiting = items.makeIterator()
      for item in (0..<16).compactMap({ _ in waiting.next() }) { group.addTask { try await work(item) } }
      while try await group.next() != nil {
        if let item = waiting.next() { group.addTask { try await work(item) } }
      }
    }
  }
}

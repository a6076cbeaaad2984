/// One object of a store.
public struct StoredObject: Sendable, Hashable {
  /// Relative path with `/` between its parts, e.g. `raw/org=acme/dataset=costs/date=2026-11-03/…`.
  public let key: String
  public let bytes: Int

  public init(key: String, bytes: Int) {
    self.key = key
    self.bytes = bytes
  }
}

/// Where one object of a new tree comes from.
public struct TreeEntry: Sendable, Hashable {
  /// The path below the folder that is replaced.
  public let name: String
  /// The key of a stored object that becomes it, unchanged.
  public let source: String

  public init(name: String, source: String) {
    self.name = name
    self.source = source
  }
}

/// An object to be written.
public struct NewObject: Sendable {
  public let key: String
  public let bytes: [UInt8]

  public init(key: String, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}

/// Every access to staged and delivered files goes through a store: a directory, memory, object storage.
///
/// Duties of every store, checked by one conformance suite:
/// - `write` is atomic and durable: readers see the old object or the new one, whole, and after it returns
///   the object survives a crash.
/// - `list` is complete, sorted by key, and shows no unfinished writes.
/// - `read` of a missing object is nil, never an error.
/// - `remove` of a missing object does nothing.
/// - `replace` ends with exactly the given objects below the folder. Where the store can, it is atomic;
///   where it cannot, it never leaves fewer objects than the old or the new tree. It commits when the new tree is
///   there and, where both trees are there for a while, before anything of the old one goes: who follows what is
///   committed always finds whole trees.
/// - All calls can be repeated after a failure and then have the same effect. For `replace` that needs trees in
///   which no object takes the place of another that is a source, as names with a digest in them make sure.
/// - Keys stay inside the store's root.
public protocol Store: Sendable {
  /// What errors and reports call the store, e.g. its directory.
  var name: String { get }

  /// The objects below a folder (`raw/org=acme`), at any depth; an empty list if there is none.
  func list(_ folder: String) async throws -> [StoredObject]

  /// The names of the folders directly below a folder, sorted. One that a killed run has left may be empty.
  func folders(in folder: String) async throws -> [String]

  /// The whole object, or nil if there is none.
  func read(_ key: String) async throws -> [UInt8]?

  /// Creates or replaces an object with what `produce` appends.
  func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws

  /// Creates or replaces several objects, which become visible in this order. A run that is killed meanwhile leaves
  /// the first ones.
  func write(_ objects: [NewObject]) async throws

  func remove(_ key: String) async throws

  /// Makes the objects below `folder` exactly these. Sources may lie below the folder itself.
  /// - Parameter commit: makes the new tree known, e.g. writes the manifest that names its objects. If it fails,
  ///   the old tree may be gone or still be there beside the new one.
  func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws

  /// Whether the object is there with the size and the digest of a record.
  func holds(_ record: FileRecord, at key: String) async throws -> Bool

  /// Writes only where the bytes differ, so that an unchanged object keeps its time stamp.
  /// - Returns: whether it wrote.
  @discardableResult
  func writeIfChanged(_ key: String, _ bytes: [UInt8]) async throws -> Bool

  /// Removes what killed runs left unfinished. Call it only while holding the output's lock.
  func removeScratch() async throws
}

/// Takes the bytes of an object that is being written.
public protocol ObjectSink {
  func append(_ bytes: [UInt8]) async throws
}

extension Store {
  /// Creates or replaces an object.
  public func write(_ key: String, _ bytes: [UInt8]) async throws {
    try await write(key) { try await $0.append(bytes) }
  }

  public func write(_ objects: [NewObject]) async throws {
    for object in objects { try await write(object.key, object.bytes) }
  }

  /// Makes the objects below `folder` exactly these.
  public func replace(_ folder: String, with entries: [TreeEntry]) async throws {
    try await replace(folder, with: entries, committing: {})
  }

  /// Reads the object; stores that know a digest without that say so by an implementation of their own.
  public func holds(_ record: FileRecord, at key: String) async throws -> Bool {
    guard let bytes = try await read(key) else { return false }
    return (try? record.verify(bytes, key: key)) != nil
  }

  /// From the whole listing; stores that can look at one level alone say so by an implementation of their own.
  public func folders(in folder: String) async throws -> [String] {
    let names = try await list(folder).compactMap { object -> Substring? in
      let path = object.key.dropFirst(folder.count + 1)
      return path.firstIndex(of: "/").map { path[..<$0] }
    }
    return Set(names.map(String.init)).sorted()
  }

  public func removeScratch() async throws {}

  @discardableResult
  public func writeIfChanged(_ key: String, _ bytes: [UInt8]) async throws -> Bool {
    if try await read(key) == bytes { return false }
    try await write(key, bytes)
    return true
  }

  /// The whole object.
  /// - Throws: ``CorruptFile`` if it is missing.
  public func readExisting(_ key: String) async throws -> [UInt8] {
    guard let bytes = try await read(key) else {
      throw CorruptFile(path: key, reason: "the file is missing from \(name)")
    }
    return bytes
  }
}

/// A key that would leave the store's root or cannot be a file name.
public enum StoreKey {
  /// - Throws: ``CorruptFile``.
  public static func check(_ key: String) throws {
    // Every access comes by here: bytes, and no string for each part.
    var (length, dots, isSafe) = (0, 0, true)
    func endPart() { if length == 0 || (length == dots && dots <= 2) { isSafe = false } }
    for byte in key.utf8 {
      switch byte {
      case UInt8(ascii: "/"):
        endPart()
        (length, dots) = (0, 0)
      case 0: isSafe = false
      default:
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    endPart()
    guard isSafe else { throw CorruptFile(path: key, reason: "this is no path inside the output") }
  }
}

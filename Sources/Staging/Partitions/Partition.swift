/// A file that goes into a partition.
public struct PartitionFile: Sendable {
  public let name: String
  public let rows: Int
  /// The bytes as stored, compressed.
  public let content: [UInt8]

  public init(name: String, rows: Int, content: [UInt8]) {
    self.name = name
    self.rows = rows
    self.content = content
  }
}

/// Reads and writes partitions: data files and the record that vouches for them.
///
/// The record is written last: a partition without one, or whose files do not match it, is not there.
public struct PartitionStore: Sendable {
  public let store: any Store
  private let known = KnownPartitions()

  public init(_ store: any Store) { self.store = store }

  /// Writes data files, removes others of the folder, and then writes the record, with the sizes and digests
  /// of the files filled in. Nothing is touched where all is there already.
  ///
  /// While files change, no record vouches for them. Where files are only added, the record in place stays true
  /// until the new one takes its place.
  ///
  /// - Returns: the record as written, and whether anything changed.
  @discardableResult
  public func write(
    _ folder: String, record: PartitionRecord, files: [PartitionFile]
  ) async throws -> (record: PartitionRecord, changed: Bool) {
    var record = record
    (record.files, record.sha256) = FileRecord.all(files)
    record.rows = files.first?.rows ?? 0
    record.bytes = files.reduce(0) { $0 + $1.content.count }
    let text = try record.sealed()
    known.forget(folder)
    let recordKey = folder + "/" + Layout.partitionRecord
    let present = try await store.read(recordKey)
    if present == text, try await isWhole(folder, record) {
      known.note(record, of: folder)
      return (record, false)
    }

    if present != nil, try await !onlyAdds(to: folder, record) { try await store.remove(recordKey) }
    let names = Set(files.map { folder + "/" + $0.name }).union([recordKey])
    for object in try await store.list(folder) where !names.contains(object.key) {
      try await store.remove(object.key)
    }
    var objects: [NewObject] = []
    for (file, record) in zip(files, record.files) {
      let key = folder + "/" + file.name
      // An unchanged object keeps its time stamp.
      if try await store.holds(record, at: key) { continue }
      objects.append(NewObject(key: key, bytes: file.content))
    }
    try await store.write(objects + [NewObject(key: recordKey, bytes: text)])
    known.note(record, of: folder)
    return (record, true)
  }

  private func onlyAdds(to folder: String, _ record: PartitionRecord) async throws -> Bool {
    guard let earlier = try? await self.record(folder) else { return false }
    return earlier.files.allSatisfy { file in record.digest(of: file.path) == file.sha256 }
  }

  /// The partition's record, or nil if there is no complete partition. It is read once: a run holds its partitions
  /// alone, and changes them here.
  /// - Throws: ``CorruptFile`` if the record cannot be read, or is not what was written.
  public func record(_ folder: String) async throws -> PartitionRecord? {
    if let record = known.record(of: folder) { return record }
    let key = folder + "/" + Layout.partitionRecord
    guard let text = try await store.read(key) else { return nil }
    let record = try PartitionRecord(sealed: text, path: key)
    known.note(record, of: folder)
    return record
  }

  /// Whether every file of the record is there with its size and digest.
  public func isWhole(_ folder: String, _ record: PartitionRecord) async throws -> Bool {
    for file in record.files where try await !store.holds(file, at: folder + "/" + file.path) { return false }
    known.noteWhole(folder, record)
    return true
  }

  /// Checks one data file against the record, unless all of the partition was found whole before.
  /// - Throws: ``CorruptFile`` if it is missing or differs.
  public func check(_ name: String, of folder: String, _ record: PartitionRecord) async throws {
    if !known.isWhole(folder, record) { _ = try await file(name, of: folder, record) }
  }

  /// One data file, checked against the record.
  /// - Throws: ``CorruptFile`` if it is missing or differs.
  public func file(_ name: String, of folder: String, _ record: PartitionRecord) async throws -> [UInt8] {
    let key = folder + "/" + name
    guard let expected = record.files.first(where: { $0.path == name }) else {
      throw CorruptFile(path: key, reason: "the partition's record does not name this file")
    }
    let bytes = try await store.readExisting(key)
    try expected.verify(bytes, key: key)
    return bytes
  }
}

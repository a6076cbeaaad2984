/// What is known of one file: enough to tell that it is whole.
public struct FileRecord: Codable, Sendable, Hashable {
  /// Relative: to its partition in `_partition.json`, to `focus/` in `manifest.json`.
  public var path: String
  /// Data rows, a header not counted.
  public var rows: Int
  /// Size as stored, compressed.
  public var bytes: Int
  /// SHA-256 of the stored bytes.
  public var sha256: String

  public init(path: String, rows: Int, content: [UInt8]) {
    self.path = path
    self.rows = rows
    bytes = content.count
    sha256 = Digest(of: content).hex
  }

  public init(path: String, rows: Int, bytes: Int, sha256: String) {
    self.path = path
    self.rows = rows
    self.bytes = bytes
    self.sha256 = sha256
  }

  /// The records of a partition's files, and the digest of their bytes one after the other: the first and largest file
  /// is gone through once for both.
  static func all(_ files: [PartitionFile]) -> (records: [FileRecord], sha256: String) {
    var whole = RunningDigest()
    let records = files.enumerated().map { index, file in
      whole.take(file.content)
      return FileRecord(
        path: file.name, rows: file.rows, bytes: file.content.count,
        sha256: (index == 0 ? whole.digest : Digest(of: file.content)).hex)
    }
    return (records, whole.digest.hex)
  }

  /// - Throws: ``CorruptFile`` unless `content` is what this record describes.
  public func verify(_ content: [UInt8], key: String) throws {
    guard content.count == bytes else {
      throw CorruptFile(path: key, reason: "it has \(content.count) bytes, its record says \(bytes)")
    }
    let digest = Digest(of: content).hex
    guard digest == sha256 else {
      throw CorruptFile(path: key, reason: "its SHA-256 is \(digest), its record says \(sha256)")
    }
  }
}

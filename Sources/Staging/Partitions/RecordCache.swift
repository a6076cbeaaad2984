import Synchronization

/// Records that were read before, by their bytes: each stage reads those of the stage before, and a year of partitions
/// has ten thousand of them. The bytes are always read again; understanding them is what takes time.
final class RecordCache: Sendable {
  private struct Entry {
    let bytes: [UInt8]
    let record: PartitionRecord
  }

  private let entries = Mutex<[String: Entry]>([:])
  /// More records than this are not kept: some KB each.
  private static let limit = 20_000

  /// The record that these bytes were understood as; nil if they are others.
  func record(_ key: String, _ bytes: [UInt8]) -> PartitionRecord? {
    entries.withLock { entries in
      guard let entry = entries[key], entry.bytes == bytes else { return nil }
      return entry.record
    }
  }

  func note(_ key: String, _ bytes: [UInt8], _ record: PartitionRecord) {
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll() }
      entries[key] = Entry(bytes: bytes, record: record)
    }
  }
}

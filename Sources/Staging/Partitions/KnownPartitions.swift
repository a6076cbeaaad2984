import Synchronization

/// What a run knows of partitions: records that were read or written, and those whose files were found whole. Each stage
/// asks for those of the stage before, and a year of partitions has five thousand.
final class KnownPartitions: Sendable {
  private struct Known {
    var record: PartitionRecord
    /// Whether all files were there with the digests of the record.
    var isWhole = false
  }

  private let partitions = Mutex<[String: Known]>([:])
  /// More than these are not kept: some KB each.
  private static let limit = 20_000

  func record(of folder: String) -> PartitionRecord? {
    partitions.withLock { $0[folder]?.record }
  }

  func note(_ record: PartitionRecord, of folder: String) {
    partitions.withLock { partitions in
      if partitions.count >= Self.limit { partitions.removeAll() }
      partitions[folder] = Known(record: record)
    }
  }

  func noteWhole(_ folder: String, _ record: PartitionRecord) {
    partitions.withLock { partitions in
      if partitions[folder]?.record.files == record.files { partitions[folder]?.isWhole = true }
    }
  }

  func isWhole(_ folder: String, _ record: PartitionRecord) -> Bool {
    partitions.withLock { $0[folder].map { $0.isWhole && $0.record.files == record.files } ?? false }
  }

  /// Before a partition changes.
  func forget(_ folder: String) {
    partitions.withLock { _ = $0.removeValue(forKey: folder) }
  }
}

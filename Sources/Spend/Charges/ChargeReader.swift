import Staging

/// Reads the records of a charge file one after the other.
///
/// Hot path: charges are sorted, and those of one split cost line have most fields in common. What a record has in
/// common with the one before is compared with it as bytes, and neither checked nor understood again.
public struct ChargeReader {
  private var common = CommonFields()
  /// Counts the groups of charges with ``CommonFields`` in common.
  private var group = 0

  public init() {}

  /// - Throws: ``RefusedLine`` for a field that no charge can have.
  public mutating func read(_ record: CSVRecord) throws -> ChargeRecord {
    if !common.isOf(record) {
      common = CommonFields()
      common = try CommonFields(record)
      group += 1
    }
    return try ChargeRecord(record, common, group: group)
  }
}

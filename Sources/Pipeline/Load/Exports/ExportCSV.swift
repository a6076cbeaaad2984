import Staging

/// A CSV file that is put together field by field.
struct ExportCSV {
  private(set) var bytes: [UInt8]
  private(set) var rows = 0
  private var isFirst = true

  init(columns: [String]) { bytes = CSVRow.header(columns) }

  /// A field as it stands in another CSV file.
  mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(contentsOf: field)
  }

  /// A field that is still to be quoted.
  mutating func appendField(_ field: [UInt8]) {
    separate()
    field.withUnsafeBufferPointer { CSVRow.appendField($0, to: &bytes) }
  }

  mutating func endRow() {
    bytes.append(0x0A)
    isFirst = true
    rows += 1
  }

  /// What has been put together since it was last taken.
  mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private mutating func separate() {
    if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
  }
}

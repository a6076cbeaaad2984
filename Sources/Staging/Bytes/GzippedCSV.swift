/// The records of a gzip'd CSV file with a known header, one after the other.
///
/// For whoever has to do something else in between; ``CSVReader/forEachRecord(ofGzip:path:header:_:)`` is a loop over it.
public struct GzippedCSV: ~Copyable {
  private var records: CSVRecords
  private let path: String
  private let columns: Int
  private var number = 0

  /// - Throws: ``CorruptFile`` for another header, or none.
  public init(_ file: [UInt8], path: String, header: [String]) throws {
    var records = CSVRecords(try GzipDecoder(file, path: path), path: path)
    guard let record = try records.next(0) else {
      throw CorruptFile(path: path, reason: "there is no header")
    }
    let found = (0..<record.count).map { record.text($0) ?? "" }
    guard found == header else {
      throw CorruptFile(
        path: path,
        reason: "the header is \(found.joined(separator: ",").prefix(200)), expected "
          + header.joined(separator: ",").prefix(200))
    }
    self.records = records
    self.path = path
    columns = header.count
  }

  /// The next record, valid until the one after it is asked for; nil at the end.
  /// - Throws: ``CorruptFile`` for a wrong number of fields or broken quotes, naming the record.
  public mutating func next() throws -> CSVRecord? {
    number += 1
    guard let record = try records.next(number) else { return nil }
    guard record.count == columns else {
      throw CorruptFile(
        path: path, reason: "record \(number) has \(record.count) fields, expected \(columns)")
    }
    return record
  }
}

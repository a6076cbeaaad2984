extension CSVReader {
  /// Reads a gzip'd CSV file whose header says which columns it has.
  ///
  /// - Parameters:
  ///   - header: called once, with the header.
  ///   - body: called with each record behind it, which has as many fields.
  /// - Throws: ``CorruptFile`` for a file without a header, a wrong number of fields or broken quotes, naming the
  ///   record; and what `header` and `body` throw.
  public static func forEachRecord(
    ofTable file: [UInt8], path: String, header: (CSVRecord) throws -> Void,
    _ body: (CSVRecord) throws -> Void
  ) throws {
    var records = CSVRecords(try GzipDecoder(file, path: path), path: path)
    var width = 0
    var number = 0
    while let record = try records.next(number) {
      if number == 0 {
        width = record.count
        try header(record)
      } else {
        guard record.count == width else {
          throw CorruptFile(
            path: path, reason: "record \(number) has \(record.count) fields, the header has \(width)")
        }
        try body(record)
      }
      number += 1
    }
    guard number > 0 else { throw CorruptFile(path: path, reason: "there is no header") }
  }
}

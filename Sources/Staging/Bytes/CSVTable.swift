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
    let window = ByteWindow(try GzipDecoder(file, path: path), path: path, recordLimit: recordLimit)
    var fields: [CSVRecord.Field] = []
    var width = 0
    var number = 0
    while let length = try nextRecord(in: window, fields: &fields, path: path, number: number) {
      let record = CSVRecord(base: window.bytes, fields: fields, number: number)
      if number == 0 {
        width = fields.count
        try header(record)
      } else {
        guard fields.count == width else {
          throw CorruptFile(
            path: path, reason: "record \(number) has \(fields.count) fields, the header has \(width)")
        }
        try body(record)
      }
      number += 1
      window.consume(length)
    }
    guard number > 0 else { throw CorruptFile(path: path, reason: "there is no header") }
  }
}

/// RFC 4180 read one byte after the other: what the CSV reader is held against.
///
/// A byte order mark and empty lines are passed over, lines end with LF or CR LF; nil for text behind a closing
/// quote, and for a quote that is never closed.
enum PlainCSV {
  static func records(_ text: [UInt8]) -> [CSVFields]? {
    var rest = text[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var records: [CSVFields] = []
    while !rest.isEmpty {
      var record: CSVFields = []
      var isPlainLine = true
      while true {
        if rest.first == 0x22 {
          isPlainLine = false
          guard let field = quoted(&rest) else { return nil }
          record.append(field)
        } else {
          record.append(plain(&rest))
        }
        guard rest.first == 0x2C else { break }
        rest = rest.dropFirst()
      }
      if rest.starts(with: [0x0D, 0x0A]) { rest = rest.dropFirst() }
      guard rest.isEmpty || rest.first == 0x0A else { return nil }
      rest = rest.dropFirst()
      if record != [[]] || !isPlainLine { records.append(record) }
    }
    return records
  }

  private static func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    var field = Array(rest.prefix { $0 != 0x2C && $0 != 0x0A })
    rest = rest.dropFirst(field.count)
    if rest.first == 0x0A, field.last == 0x0D { field.removeLast() }
    return field
  }

  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var field: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.first {
      rest = rest.dropFirst()
      if byte == 0x22 {
        guard rest.first == 0x22 else { return field }
        rest = rest.dropFirst()
      }
      field.append(byte)
    }
    return nil
  }
}

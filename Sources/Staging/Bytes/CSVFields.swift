/// Where the fields of a CSV record lie. Filled again for each record, its memory is kept.
public final class CSVFields {
  private var storage = UnsafeMutableBufferPointer<CSVRecord.Field>.allocate(capacity: 64)
  private var count = 0

  public init() {}

  deinit { storage.deallocate() }

  /// Valid until the next record is looked at.
  var all: UnsafeBufferPointer<CSVRecord.Field> { UnsafeBufferPointer(rebasing: storage[..<count]) }

  /// Takes a record's fields as the plain reader found them.
  func take(_ fields: [CSVRecord.Field]) {
    count = 0
    for field in fields {
      if count == storage.count { grow() }
      storage[count] = field
      count += 1
    }
  }

  /// Finds the fields of the record that starts at `start`, from the places of all commas, line feeds and quotes.
  ///
  /// Hot path: it goes from mark to mark and looks at no byte between them. It finds the same as
  /// ``CSVReader/scan(_:_:path:number:isLast:wanted:)``, which looks at every byte.
  /// - Parameters:
  ///   - known: how far `bytes` were searched for marks, counted from where `start` and the marks are counted from.
  ///   - marks: from the first one that is not before `start` on.
  ///   - wanted: how many fields are looked for.
  /// - Returns: where the record ends, or the last wanted field, and how many marks that took; nil where the record
  ///   goes on beyond what is known.
  /// - Throws: ``CSVMisquoted`` for text behind a closing quote.
  func find(
    in bytes: UnsafePointer<UInt8>, from start: Int, known: Int, marks: UnsafeBufferPointer<UInt32>,
    wanted: Int = .max
  ) throws(CSVMisquoted) -> (end: Int, marks: Int)? {
    guard let positions = marks.baseAddress else { return nil }
    let marks = marks.count
    var (begin, mark, found) = (start, 0, 0)
    var fields = storage
    while begin < known {
      if found == fields.count {
        grow()
        fields = storage
      }
      var end: Int
      let isQuoted = bytes[begin] == UInt8(ascii: "\"")
      if isQuoted {
        mark += 1
        while true {
          while mark < marks, bytes[Int(positions[mark])] != UInt8(ascii: "\"") { mark += 1 }
          guard mark < marks else { return nil }
          end = Int(positions[mark]) + 1
          mark += 1
          // What follows a quote says whether it is the first of two.
          guard end < known else { return nil }
          if bytes[end] != UInt8(ascii: "\"") { break }
          mark += 1
        }
        fields[found] = CSVRecord.Field(start: begin - start + 1, end: end - start - 1, isQuoted: true)
        found += 1
        if bytes[end] == 0x0D {
          guard end + 1 < known else { return nil }
          if bytes[end + 1] == 0x0A { end += 1 }
        }
        if found < wanted, bytes[end] != UInt8(ascii: ","), bytes[end] != 0x0A {
          throw CSVMisquoted(field: found)
        }
      } else {
        // A quote that is not the first of its field is text.
        while mark < marks, bytes[Int(positions[mark])] == UInt8(ascii: "\"") { mark += 1 }
        guard mark < marks else { return nil }
        end = Int(positions[mark])
        let hasReturn = bytes[end] == 0x0A && end > begin && bytes[end - 1] == 0x0D
        fields[found] = CSVRecord.Field(
          start: begin - start, end: end - start - (hasReturn ? 1 : 0), isQuoted: false)
        found += 1
      }
      mark += 1
      let isLast = bytes[end] == 0x0A
      if isLast || found == wanted {
        count = found
        return (found == wanted ? end : end + 1, mark)
      }
      begin = end + 1
    }
    return nil
  }

  private func grow() {
    let larger = UnsafeMutableBufferPointer<CSVRecord.Field>.allocate(capacity: storage.count * 2)
    _ = larger.update(fromContentsOf: storage)
    storage.deallocate()
    storage = larger
  }
}

/// Text behind a field's closing quote.
struct CSVMisquoted: Error {
  /// The field's number, from 1 on.
  let field: Int

  func refused(_ path: String, record: Int) -> CorruptFile {
    CorruptFile(path: path, reason: "record \(record), field \(field): text after a closing quote")
  }
}

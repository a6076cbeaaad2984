import CScan

/// The records of a CSV file, one after the other.
///
/// Hot path: commas, line feeds and quotes are searched for in many bytes at once, some KB ahead of the records.
struct CSVRecords: ~Copyable {
  private let window: ByteWindow
  private let path: String
  private let fields = CSVFields()
  /// What the window holds; replaced when it is filled again.
  private var bytes: UnsafeBufferPointer<UInt8>
  /// Where in `bytes` the next record starts, and how far they were searched for marks.
  private var start = 0
  private var known = 0
  /// Where marks lie in `bytes`; those before `mark` belong to records that have been read.
  private var marks: UnsafeMutableBufferPointer<UInt32>
  private var marked = 0
  private var mark = 0

  private static let step = 1 << 14

  init(_ source: any ByteSource, path: String) {
    window = ByteWindow(source, path: path, recordLimit: CSVReader.recordLimit)
    self.path = path
    bytes = window.bytes
    marks = .allocate(capacity: 2 * Self.step)
  }

  deinit { marks.deallocate() }

  /// Steps over bytes that the file may begin with.
  mutating func skip(_ prefix: [UInt8]) throws {
    while try bytes.count < prefix.count && refill() {}
    if bytes.starts(with: prefix) { (start, known) = (prefix.count, prefix.count) }
  }

  /// The next record, valid until the one after it is asked for; nil at the end.
  /// - Parameter number: the record's.
  /// - Throws: ``CorruptFile`` for broken quotes and records beyond the limit.
  mutating func next(_ number: Int) throws -> CSVRecord? {
    var step = Self.step
    while true {
      if let base = bytes.baseAddress, known > start {
        let rest = UnsafeBufferPointer(rebasing: marks[mark..<marked])
        do throws(CSVMisquoted) {
          if let (end, count) = try fields.find(in: base, from: start, known: known, marks: rest) {
            defer { (start, mark) = (end, mark + count) }
            return CSVRecord(
              base: UnsafeBufferPointer(rebasing: bytes[start..<end]), fields: fields.all, number: number,
              isPadded: true)
          }
        } catch { throw error.refused(path, record: number) }
      }
      if known < bytes.count {
        search(step)
        // A long record is looked at from its start each time.
        step = min(2 * step, CSVReader.recordLimit)
      } else if try !refill() {
        return try last(number)
      }
    }
  }

  /// Searches some more bytes for marks.
  private mutating func search(_ step: Int) {
    let (left, count) = (marked - mark, min(step, bytes.count - known))
    let needed = left + count + Int(CSCAN_SLACK)
    let old = marks
    if needed > old.count { marks = .allocate(capacity: 2 * needed) }
    for index in 0..<left { marks[index] = old[mark + index] }
    if needed > old.count { old.deallocate() }
    (mark, marked) = (0, left)
    guard let base = bytes.baseAddress, let free = marks.baseAddress else { return }
    marked += cscan_csv_marks(base + known, count, UInt32(known), free + left)
    known += count
  }

  /// Puts more bytes behind those that have not been read; false where there are none.
  private mutating func refill() throws -> Bool {
    window.consume(start)
    for index in mark..<marked { marks[index] -= UInt32(start) }
    (start, known) = (0, known - start)
    let isMore = try window.refill()
    bytes = window.bytes
    return isMore
  }

  /// The last record, whose line may lack its end.
  private mutating func last(_ number: Int) throws -> CSVRecord? {
    if start == bytes.count { return nil }
    let rest = UnsafeBufferPointer(rebasing: bytes[start...])
    var found: [CSVRecord.Field] = []
    let length = try CSVReader.scan(rest, &found, path: path, number: number, isLast: true) ?? rest.count
    fields.take(found)
    // Nothing is left of the marks either.
    (start, mark) = (start + length, marked)
    known = max(known, start)
    return CSVRecord(
      base: UnsafeBufferPointer(rebasing: rest[..<length]), fields: fields.all, number: number, isPadded: true
    )
  }
}

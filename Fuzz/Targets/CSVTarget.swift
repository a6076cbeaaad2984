import Staging

/// CSV of other programs and of our own: the same records as a plain reader finds, and the same again once they
/// are rewritten, wherever the reader's window ends.
///
/// The first byte says how far from the end of the reader's window the rest begins.
func readCSV(_ input: UnsafeBufferPointer<UInt8>) {
  guard let mode = input.first else { return }
  let text = Array(input.dropFirst())
  let isGzip = text.starts(with: [0x1F, 0x8B])
  let found = records(text)
  if !isGzip {
    let expected = PlainCSV.records(text)
    promise((found == nil) == (expected == nil), found == nil ? "CSV was refused" : "broken CSV was read")
    promise(found == expected, "\(found ?? []) and not \(expected ?? [])")
  }
  guard let found else { return }
  rewrite(found)
  // A window's end within the text: seldom, because it takes a quarter of a megabyte.
  if mode < 8 || mode == 0x20, !isGzip, let expected = PlainCSV.records(text),
    !text.starts(with: [0xEF, 0xBB, 0xBF])
  {
    let filler = [UInt8](repeating: 0x78, count: (1 << 18) - 1 - Int(mode))
    promise(records(filler + [0x0A] + text) == [[filler]] + expected, "another reading at a window's end")
  }
}

/// A field per element; null and empty are the same.
typealias CSVFields = [[UInt8]]

/// The records of a text that is known to be CSV.
func csvRecords(_ text: [UInt8]) -> [CSVFields] {
  guard let records = records(text) else { broken("what was written is no CSV") }
  return records
}

private func records(_ text: [UInt8]) -> [CSVFields]? {
  var records: [CSVFields] = []
  var last = 0
  return reading {
    try CSVReader.forEachRecord(ofForeign: text, path: "fuzz.csv") { record, line in
      promise(record.number == records.count && line > last, "record \(record.number) on line \(line)")
      last = line
      records.append((0..<record.count).map { unquoted(record, $0) })
    }
    return records
  }
}

private func unquoted(_ record: CSVRecord, _ index: Int) -> [UInt8] {
  let raw = record.rawBytes(index)
  let isQuoted = record.verbatim(index).count > raw.count
  var field: [UInt8] = []
  var at = 0
  while at < raw.count {
    field.append(raw[at])
    at += isQuoted && raw[at] == 0x22 ? 2 : 1
  }
  promise(record.isNull(index) == raw.isEmpty, "null and not empty")
  promise((record.text(index) ?? "") == String(decoding: field, as: UTF8.self), "another text than bytes")
  return field
}

/// What is read, written and read again is the same; as our own files with a header, too.
private func rewrite(_ records: [CSVFields]) {
  var csv = CSVRow()
  for record in [[Array("header".utf8)]] + records {
    for field in record { field.withUnsafeBufferPointer { csv.append($0) } }
    csv.endRow()
  }
  // An empty line is no record.
  let kept = records.filter { $0 != [[]] }
  promise(Array(csvRecords(csv.bytes).dropFirst()) == kept, "rewritten it is another file")

  guard let first = kept.first, let gzip = try? GzipEncoder.compress(written(kept)) else { return }
  let header = first.map { String(decoding: $0, as: UTF8.self) }
  var count = 0
  _ = reading {
    try CSVReader.forEachRecord(ofGzip: gzip, path: "fuzz.csv.gz", header: header) { record in
      count += 1
      promise(record.number == count && record.count == header.count, "a record of \(record.count) fields")
    }
  }
}

private func written(_ records: [CSVFields]) -> [UInt8] {
  var csv = CSVRow()
  for record in records {
    for field in record { field.withUnsafeBufferPointer { csv.append($0) } }
    csv.endRow()
  }
  return csv.bytes
}

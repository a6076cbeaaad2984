import CScan
import TestSupport
import Testing

@testable import Staging

/// The reader that goes from mark to mark against the one that looks at every byte.
@Suite struct CSVFieldsTests {
  private struct Place: Equatable {
    var start, end: Int
    var isQuoted: Bool

    init(_ field: CSVRecord.Field) { (start, end, isQuoted) = (field.start, field.end, field.isQuoted) }
  }

  /// Text in which everything that CSV is cut at comes close together.
  private static func text(_ random: inout RepeatableGenerator) -> [UInt8] {
    let parts = ["\"", "\"\"", ",", "\n", "\r\n", "\r", "a", "bcdefghij", "\"x\"", ",\"", "\",", "\u{FF}"]
    return (0..<Int.random(in: 1...40, using: &random)).flatMap { _ in Array(random.pick(parts).utf8) }
  }

  /// The first record as it is found when so much of the text is known; nil where it goes on.
  private static func found(_ text: [UInt8], known: Int, wanted: Int = .max) throws -> (Int, [Place])? {
    let fields = CSVFields()
    return try text.withUnsafeBufferPointer { bytes in
      let marks = try [UInt32](unsafeUninitializedCapacity: known + Int(CSCAN_SLACK)) { marks, count in
        let (base, free) = (try #require(bytes.baseAddress), try #require(marks.baseAddress))
        count = cscan_csv_marks(base, known, 0, free)
      }
      return try marks.withUnsafeBufferPointer { marks in
        let base = try #require(bytes.baseAddress)
        return try fields.find(in: base, from: 0, known: known, marks: marks, wanted: wanted).map {
          ($0.end, fields.all.map { Place($0) })
        }
      }
    }
  }

  @Test func marksAreCommasQuotesAndLineFeeds() throws {
    var random = RepeatableGenerator(seed: 31)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in
        random.pick([0x2C, 0x22, 0x0A, 0x0D, 0x61, 0x00, 0xAC, 0x8A] as [UInt8])
      }
      let marks = [UInt32](unsafeUninitializedCapacity: count + Int(CSCAN_SLACK)) { marks, found in
        bytes.withUnsafeBufferPointer { bytes in
          if let base = bytes.baseAddress, let free = marks.baseAddress {
            found = cscan_csv_marks(base, count, 7, free)
          }
        }
      }
      #expect(
        marks == bytes.indices.filter { [0x2C, 0x22, 0x0A].contains(bytes[$0]) }.map { UInt32($0 + 7) })
    }
  }

  @Test func findsWhatThePlainReaderFindsWhereverTheKnownPartEnds() throws {
    var random = RepeatableGenerator(seed: 32)
    for _ in 0..<3000 {
      let text = Self.text(&random)
      for known in 1...text.count {
        var fields: [CSVRecord.Field] = []
        let plain = Result {
          try Array(text[..<known]).withUnsafeBufferPointer {
            try CSVReader.scan($0, &fields, path: "test", number: 1, isLast: false)
          }
        }
        let marked = Result { try Self.found(text, known: known) }
        switch (plain, marked) {
        case (.success(let end?), .success(let found?)):
          #expect(end == found.0 && fields.map { Place($0) } == found.1, "\(text) \(known)")
        case (.success(nil), .success(nil)), (.failure, .failure): break
        default: Issue.record("\(text) \(known): \(plain) and \(marked)")
        }
      }
    }
  }

  @Test func findsTheFirstFieldsOfARow() throws {
    var random = RepeatableGenerator(seed: 33)
    for round in 0..<3000 {
      let parts = (0..<(round % 7 == 0 ? 40 : 1)).map { _ in Self.text(&random) }
      let text: [UInt8] = parts.joined() + [0x0A]
      for last in [0, 1, 2, 6] {
        var expected: [CSVRecord.Field] = []
        let fields = CSVFields()
        text.withUnsafeBufferPointer { row in
          let plain = Result {
            try CSVReader.scan(row, &expected, path: "x", number: 1, isLast: true, wanted: last + 1)
          }
          let marked = Result {
            try CSVReader.fields(upTo: last, of: row, into: fields, path: "x", number: 1)
          }
          switch (plain, marked) {
          case (.success, .success): #expect(fields.all.map { Place($0) } == expected.map { Place($0) })
          case (.failure(let one), .failure(let other)): #expect("\(one)" == "\(other)")
          default: Issue.record("\(text): \(plain) and \(marked)")
          }
        }
      }
    }
  }

  /// Gives a few bytes at a time.
  private final class Trickle: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let step: Int

    init(_ bytes: [UInt8], step: Int) { (rest, self.step) = (bytes[...], step) }

    func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
      let piece = rest.prefix(min(step, buffer.count))
      rest.removeFirst(piece.count)
      _ = buffer.update(fromContentsOf: piece)
      return piece.count
    }
  }

  @Test(arguments: [1, 3, 64, 1000]) func recordsDoNotDependOnHowTheBytesCome(step: Int) throws {
    var random = RepeatableGenerator(seed: 34)
    for _ in 0..<300 {
      let rows = CSVTests.rows(seed: random.next(), columns: 3, count: 12)
      var csv = CSVRow()
      for row in rows {
        for field in row { csv.append(field.isEmpty ? nil : field) }
        csv.endRow()
      }
      var records = CSVRecords(Trickle(csv.bytes, step: step), path: "test")
      var found: [[String]] = []
      while let record = try records.next(found.count) {
        found.append((0..<record.count).map { record.text($0) ?? "" })
      }
      #expect(found == rows)
    }
  }

  @Test func sideBySideFieldsAreOneStretch() throws {
    let text = Array("a,\"b,\"\"c\"\"\",,d\n".utf8)
    var records = CSVRecords(PlainBytes(text), path: "test")
    let record = try #require(try records.next(0))
    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    #expect(string(record.verbatim(0...3)) == String(decoding: text.dropLast(), as: UTF8.self))
    #expect(string(record.verbatim(1...2)) == "\"b,\"\"c\"\"\",")
    #expect(string(record.verbatim(1)) == "\"b,\"\"c\"\"\"" && string(record.rawBytes(1)) == "b,\"\"c\"\"")
    #expect(record.isPadded && record.isNull(2) && !record.isNull(3))
  }
}

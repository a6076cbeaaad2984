import JSONReader
import OpenAIAdmin
import Staging

/// gzip, CSV, JSON lines, pages.
enum FileParts {
  static func all(_ world: World) throws -> [Part] {
    [try gzipOut(world), try gzipIn(world), csvScan(world), jsonLines(world), pageCutting(world)]
  }

  private static let block = 1 << 16

  private static func gzipOut(_ world: World) throws -> Part {
    let bytes = world.charges
    return Part(
      name: "gzip out", unit: .block, count: (bytes.count + block - 1) / block, bytes: bytes.count,
      round: { try GzipEncoder.compress(bytes).count },
      check: {
        try agree(
          GzipDecoder.decompress(GzipEncoder.compress(bytes)) == bytes,
          "what is unpacked is not what was packed")
      })
  }

  private static func gzipIn(_ world: World) throws -> Part {
    let (bytes, packed) = (world.charges, try GzipEncoder.compress(world.charges))
    return Part(
      name: "gzip in", unit: .block, count: (bytes.count + block - 1) / block, bytes: bytes.count,
      round: {
        let decoder = try GzipDecoder(packed, path: "charges")
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer { buffer.deallocate() }
        var total = 0
        while case let count = try decoder.read(into: buffer), count > 0 { total += count }
        return total
      },
      check: { try agree(GzipDecoder.decompress(packed) == bytes, "it is not what was packed") })
  }

  private static func csvScan(_ world: World) -> Part {
    let bytes = world.charges
    return Part(
      name: "CSV scan", unit: .row, count: world.chargeCount, bytes: bytes.count,
      round: {
        var total = 0
        try CSVReader.forEachRecord(ofForeign: bytes, path: "charges") { record, _ in
          total += record.count + record.rawBytes(record.count - 1).count
        }
        return total
      },
      check: {
        var plain = plainFields(bytes)[...]
        try CSVReader.forEachRecord(ofForeign: bytes, path: "charges") { record, line in
          let fields = (0..<record.count).map { record.text($0) ?? "" }
          try agree(plain.popFirst() == fields, "line \(line) has other fields")
        }
        try agree(plain.isEmpty, "there are \(plain.count) more records")
      })
  }

  /// The records of a file, one byte after the other.
  private static func plainFields(_ bytes: [UInt8]) -> [[String]] {
    var records: [[String]] = []
    var (fields, field): ([String], [UInt8]) = ([], [])
    var isQuoted = false
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\"") {
        // The second of two quotes stands for one.
        if !isQuoted, index > 0, bytes[index - 1] == byte { field.append(byte) }
        isQuoted.toggle()
      } else if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        if byte == UInt8(ascii: "\n") {
          records.append(fields)
          fields = []
        }
      } else {
        field.append(byte)
      }
    }
    return records
  }

  private static func jsonLines(_ world: World) -> Part {
    let lines = world.usageLines
    func tokens(_ value: JSONValue) -> [String] {
      ["\(value.offset) \(String(decoding: value.bytes, as: UTF8.self))"]
        + (value.members?.flatMap { tokens($0.key) + tokens($0.value) } ?? [])
    }
    return Part(
      name: "JSON lines", unit: .line, count: lines.count, bytes: lines.reduce(0) { $0 + $1.count },
      round: {
        let parser = JSONParser()
        return try lines.reduce(0) { total, line in
          try parser.parse(line) { total &+ ($0["result"]?["input_tokens"]?.integer ?? 0) }
        }
      },
      check: {
        let parser = JSONParser()
        for line in lines {
          let inTurn = try parser.parse(line) { tokens($0) }
          try agree(inTurn == JSONParser().parse(line) { tokens($0) }, "a line depends on the one before")
        }
      })
  }

  private static func pageCutting(_ world: World) -> Part {
    let page = world.page
    let window = DayRange(from: World.day, to: World.day.next)
    return Part(
      name: "page cutting", unit: .row, count: world.usage.count, bytes: page.count,
      round: { try BucketPage(page, window: window).days.reduce(0) { $0 + $1.rows.size } },
      check: {
        let rows = try BucketPage(page, window: window).days.flatMap { day in day.rows.map { Array($0) } }
        let plain = try JSONParser().parse(page) { root in
          root["data"]?.elements?.flatMap { $0["results"]?.elements?.map { Array($0.bytes) } ?? [] } ?? []
        }
        try agree(rows == plain && rows == world.usage, "the rows are not those of the page")
      })
  }
}

import FOCUS
import JSONReader
import Spend
import Staging

/// Decimals, shares, line items, rows.
enum SpendParts {
  static func all(_ world: World) throws -> [Part] {
    let numbers = try numbers(world)
    return [
      decimalReading(numbers), try decimalWriting(numbers), shares(), lineItems(world), usageRows(world),
      try rowWriting(world),
    ]
  }

  /// The amounts of all charges, as they were written.
  private static func numbers(_ world: World) throws -> [[UInt8]] {
    var numbers: [[UInt8]] = []
    try CSVReader.forEachRecord(ofForeign: world.charges, path: "charges") { record, line in
      if line > 1 { numbers.append(Array(record.rawBytes(ChargeRecord.Field.amount.rawValue))) }
    }
    return numbers
  }

  private static func decimalReading(_ numbers: [[UInt8]]) -> Part {
    func read(_ text: [UInt8]) throws -> ExactDecimal {
      try text.withUnsafeBufferPointer { try ExactDecimal(parsing: $0) }
    }
    return Part(
      name: "decimal reading", unit: .number, count: numbers.count,
      bytes: numbers.reduce(0) { $0 + $1.count },
      round: { try numbers.reduce(0) { try $0 &+ (read($1).isInteger ? 1 : 2) } },
      check: {
        for text in numbers {
          let parts = String(decoding: text, as: UTF8.self).split(separator: ".")
          let places = parts.count > 1 ? parts[1].count : 0
          guard let significand = Int128(parts.joined()) else { throw Disagreement(description: "no number") }
          try agree(read(text) == ExactDecimal(significand: significand, exponent: -places), "another number")
        }
      })
  }

  private static func decimalWriting(_ numbers: [[UInt8]]) throws -> Part {
    let values = try numbers.map { text in try text.withUnsafeBufferPointer { try ExactDecimal(parsing: $0) }
    }
    return Part(
      name: "decimal writing", unit: .number, count: numbers.count,
      bytes: numbers.reduce(0) { $0 + $1.count },
      round: {
        var out = ByteBuffer(capacity: 64)
        return values.reduce(0) { total, value in
          out.removeAll()
          value.appendWithFraction(to: &out)
          return total &+ out.count
        }
      },
      check: {
        for (text, value) in zip(numbers, values) {
          try agree(Array(value.focusText.utf8) == text, "\(value) is written in another way")
        }
      })
  }

  private static func shares() -> Part {
    var random = Sequence64(state: 7)
    let lines = (0..<200).map { _ in
      (
        amount: ExactDecimal(significand: Int128(random.next() >> 20), exponent: -12),
        weights: (0..<25).map { _ in random.number() + 1 }
      )
    }
    return Part(
      name: "exact shares", unit: .share, count: lines.count * 25, bytes: 0,
      round: { lines.reduce(0) { $0 &+ ($1.amount.split(by: $1.weights)?.count ?? 0) } },
      check: {
        for (amount, weights) in lines {
          let parts = amount.split(by: weights) ?? []
          try agree(parts.reduce(0, +) == amount, "the parts of \(amount) do not sum up to it")
          // Each is less than a quantum, the last place of any, from its exact share.
          let total = ExactDecimal(weights.reduce(0, +))
          for (part, weight) in zip(parts, weights) {
            let error = (part * total - amount * ExactDecimal(weight)).magnitude
            try agree(
              error < total * ExactDecimal(significand: 1, exponent: -12), "\(part) is no exact share")
          }
        }
      })
  }

  private static func lineItems(_ world: World) -> Part {
    let texts = world.lineItems
    return Part(
      name: "line-item grammar", unit: .lineItem, count: texts.count,
      bytes: texts.reduce(0) { $0 + $1.utf8.count },
      round: { texts.reduce(0) { $0 &+ (LineItem($1).model?.utf8.count ?? 0) } },
      check: {
        for text in texts {
          let parts = text.split(separator: ",")
          let item = LineItem(text)
          try agree(item.text == text && item.model == parts.first.map(String.init), "\(text): another model")
          try agree(item.skuId == "\(parts[0])/\(parts[1].dropFirst())", "\(text): another SKU")
        }
      })
  }

  private static func usageRows(_ world: World) -> Part {
    let lines = world.usageLines
    func write(_ line: [UInt8], _ parser: JSONParser, _ writer: inout UsageRowWriter, _ row: inout ByteBuffer)
      throws
    {
      var table = UsageTable()
      row.removeAll()
      try parser.parse(line) { try writer.append($0, shape: parser.shape, to: &row, and: &table) }
    }
    return Part(
      name: "usage rows", unit: .row, count: lines.count, bytes: lines.reduce(0) { $0 + $1.count },
      round: {
        let parser = JSONParser()
        var writer = UsageRowWriter(service: "completions")
        var table = UsageTable()
        var row = ByteBuffer()
        var total = 0
        for line in lines {
          row.removeAll()
          try parser.parse(line) { try writer.append($0, shape: parser.shape, to: &row, and: &table) }
          total &+= row.count
        }
        return total
      },
      check: {
        let parser = JSONParser()
        var writer = UsageRowWriter(service: "completions")
        var row = ByteBuffer()
        var other = ByteBuffer()
        for line in lines {
          var alone = UsageRowWriter(service: "completions")
          try write(line, parser, &writer, &row)
          try write(line, JSONParser(), &alone, &other)
          try agree(row.array == other.array, "a row depends on the one before")
        }
      })
  }

  private static func rowWriting(_ world: World) throws -> Part {
    let columns = try ColumnTable.embedded().columns(of: .v13)
    let context = BillingContext(accountID: "org-1", accountName: "Acme", day: World.day)
    func forEachCharge(_ body: (ChargeRecord, CSVRecord) throws -> Void) throws {
      var reader = ChargeReader()
      try CSVReader.forEachRecord(ofForeign: world.charges, path: "charges") { record, line in
        if line > 1 { try body(reader.read(record), record) }
      }
    }
    return Part(
      name: "row writing", unit: .row, count: world.chargeCount, bytes: world.charges.count,
      round: {
        var writer = RowWriter(columns: columns, context: context, format: .csv)
        var out = ByteBuffer(capacity: 1 << 12)
        var total = 0
        try forEachCharge { charge, _ in
          out.removeAll()
          writer.append(charge, to: &out)
          total &+= out.count
        }
        return total
      },
      check: {
        var writer = RowWriter(columns: columns, context: context, format: .csv)
        var row = ByteBuffer()
        var other = ByteBuffer()
        var alone = RowWriter(columns: columns, context: context, format: .csv)
        try forEachCharge { charge, record in
          row.removeAll()
          other.removeAll()
          writer.append(charge, to: &row)
          alone.append(try ChargeRecord(record), to: &other)
          try agree(row.array == other.array, "record \(record.number) depends on the one before")
        }
      })
  }
}

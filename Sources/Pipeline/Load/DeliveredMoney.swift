import FOCUS
import JSONReader
import Spend
import Staging

/// Reads a finished file back and adds up its BilledCost: what is controlled is what was written (promise 1).
enum DeliveredMoney {
  /// The sums of a gzip'd delivery file; nil where its columns were chosen without BilledCost or its currency.
  /// - Throws: ``CorruptFile`` for a file that is not what it was written as.
  static func totals(
    of file: [UInt8], path: String, format: DeliveryFormat, columns: [ColumnDefinition]
  ) throws -> ControlTotals? {
    guard let cost = columns.firstIndex(where: { $0.column == .billedCost }),
      let currency = columns.firstIndex(where: { $0.column == .billingCurrency })
    else { return nil }
    var totals = ControlTotals()
    func add(_ cost: UnsafeBufferPointer<UInt8>, _ currency: UnsafeBufferPointer<UInt8>) throws {
      do { totals.add(try ExactDecimal(parsing: cost), try Currency(parsing: currency)) } catch {
        throw CorruptFile(path: path, reason: "what was written cannot be read back: \(error)")
      }
    }
    switch format {
    case .csv:
      try CSVReader.forEachRecord(ofGzip: file, path: path, header: columns.map(\.name)) { record in
        try add(record.rawBytes(cost), record.rawBytes(currency))
      }
    case .ndjson:
      let parser = JSONParser()
      try LineReader.forEachLine(ofGzip: file, path: path) { line, number in
        try parser.parse(line) { row in
          guard let cost = row["BilledCost"], let currency = row["BillingCurrency"] else {
            throw CorruptFile(path: path, reason: "line \(number) has no BilledCost and BillingCurrency")
          }
          try add(cost.bytes, currency.bytes)
        }
      }
    }
    return totals
  }
}

import FOCUS
import Glibc
import JSONReader
import Spend
import Staging

/// Reads finished rows back and adds up their BilledCost: what is controlled is what was written, not what was meant
/// (promise 1).
///
/// Hot path in CSV: a row is read only as far as the two columns that are wanted.
struct DeliveredMoney {
  private let format: DeliveryFormat
  private let path: String
  private let cost: Int
  private let currency: Int
  private let parser = JSONParser()
  private let fields = CSVFields()
  private(set) var totals = ControlTotals()
  private(set) var rows = 0

  /// Nil where the columns were chosen without BilledCost or its currency: then nothing can be read back.
  /// - Parameter path: named in errors.
  init?(path: String, format: DeliveryFormat, columns: [ColumnDefinition]) {
    guard let cost = columns.firstIndex(where: { $0.column == .billedCost }),
      let currency = columns.firstIndex(where: { $0.column == .billingCurrency })
    else { return nil }
    self.format = format
    self.path = path
    self.cost = cost
    self.currency = currency
  }

  /// Takes one row with its line feed.
  /// - Parameter charge: what the row was made from. Where the very bytes of its amount stand in the row, they need not
  ///   be understood again.
  /// - Throws: ``CorruptFile`` for a row that has no money to be read.
  mutating func add(_ row: UnsafeBufferPointer<UInt8>, of charge: ChargeRecord? = nil) throws {
    rows += 1
    switch format {
    case .csv, .parquet:
      try CSVReader.fields(upTo: max(cost, currency), of: row, into: fields, path: path, number: rows)
      let record = CSVRecord(base: row, fields: fields, number: rows)
      guard record.count > max(cost, currency) else { throw missing() }
      let (cost, currency) = (record.rawBytes(cost), record.rawBytes(currency))
      if let charge, Self.equal(cost, charge.verbatim(.amount)),
        Self.equal(currency, charge.verbatim(.currency))
      {
        totals.add(charge.amount, charge.currency)
      } else {
        try add(cost, currency)
      }
    case .ndjson:
      try parser.parse(row) { object in
        guard let cost = object["BilledCost"], let currency = object["BillingCurrency"] else {
          throw missing()
        }
        try add(cost.bytes, currency.bytes)
      }
    }
  }

  private mutating func add(_ cost: UnsafeBufferPointer<UInt8>, _ currency: UnsafeBufferPointer<UInt8>) throws
  {
    do { totals.add(try ExactDecimal(parsing: cost), try Currency(parsing: currency)) } catch {
      throw CorruptFile(path: path, reason: "row \(rows), as it was written, cannot be read back: \(error)")
    }
  }

  private static func equal(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    guard left.count == right.count, let a = left.baseAddress, let b = right.baseAddress else { return false }
    return memcmp(a, b, left.count) == 0
  }

  private func missing() -> CorruptFile {
    CorruptFile(path: path, reason: "row \(rows), as it was written, has no BilledCost and BillingCurrency")
  }
}

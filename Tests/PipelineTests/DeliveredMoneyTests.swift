import FOCUS
import Spend
import Staging
import Testing

@testable import Pipeline

/// The last control counts what stands in the file, not what was meant to be in it.
@Suite struct DeliveredMoneyTests {
  private let columns: [ColumnDefinition]

  init() throws {
    columns = try ColumnTable.embedded().columns(of: .v13, chosen: ["BilledCost", "BillingCurrency"])
  }

  private func totals(_ rows: [String], _ format: DeliveryFormat) throws -> [String: String]? {
    var money = DeliveredMoney(path: "part", format: format, columns: columns)
    for row in rows { try Array((row + "\n").utf8).withUnsafeBufferPointer { try money?.add($0) } }
    return money?.totals.texts
  }

  @Test func countsWhatIsInTheRows() throws {
    let csv = ["1.25,USD", "-0.000000000000000000000000000001,USD", "3.0,EUR"]
    #expect(try totals(csv, .csv) == ["USD": "1.249999999999999999999999999999", "EUR": "3"])
    let ndjson = [
      #"{"BilledCost":1.25,"BillingCurrency":"USD"}"#, #"{"BilledCost":3.0,"BillingCurrency":"EUR"}"#,
    ]
    #expect(try totals(ndjson, .ndjson) == ["USD": "1.25", "EUR": "3"])
  }

  /// Fields before and behind the money, quoted ones with commas and line breaks among them.
  @Test func findsTheMoneyAmongAllColumns() throws {
    let columns = try ColumnTable.embedded().columns(of: .v13)
    let fields = columns.map { column in
      switch column.name {
      case "BilledCost": "2.5"
      case "BillingCurrency": "USD"
      default: "\"a, \"\"b\"\"\nc\""
      }
    }
    var money = DeliveredMoney(path: "part", format: .csv, columns: columns)
    for _ in 0..<2 {
      try Array((fields.joined(separator: ",") + "\n").utf8).withUnsafeBufferPointer { try money?.add($0) }
    }
    #expect(money?.totals.texts == ["USD": "5"])
    #expect(money?.rows == 2)
  }

  @Test(arguments: [",USD", "1.0,", "1.0", "x,USD", "\"1.0,USD"])
  func whatIsNoMoneyIsRefused(row: String) throws {
    #expect(throws: CorruptFile.self) { try totals([row], .csv) }
  }

  @Test func aSubsetWithoutMoneyHasNone() throws {
    let columns = try ColumnTable.embedded().columns(of: .v13, chosen: ["ChargePeriodStart"])
    #expect(DeliveredMoney(path: "part", format: .csv, columns: columns) == nil)
  }

  /// What the row was made from says nothing about what stands in it.
  @Test func anotherAmountThanTheChargesIsCounted() throws {
    let charge = [
      "", "", "", "", "", "", "", "", "", "none", "USD", "1.25", "", "", "", "", "", "", "",
    ].joined(separator: ",")
    let file = CSVRow.header(ChargeFile.header) + Array("\(charge)\n".utf8)
    func totals(_ row: String) throws -> [String: String]? {
      var money = DeliveredMoney(path: "part", format: .csv, columns: columns)
      try CSVReader.forEachRecord(
        ofGzip: GzipEncoder.compress(file), path: "charges", header: ChargeFile.header
      ) { record in
        let charge = try ChargeRecord(record)
        try Array("\(row)\n".utf8).withUnsafeBufferPointer { try money?.add($0, of: charge) }
      }
      return money?.totals.texts
    }
    #expect(try totals("1.25,USD") == ["USD": "1.25"])
    #expect(try totals("1.250,USD") == ["USD": "1.25"])
    #expect(try totals("1.26,USD") == ["USD": "1.26"])
    #expect(try totals("1.25,EUR") == ["EUR": "1.25"])
    #expect(throws: CorruptFile.self) { try totals("1.2x,USD") }
    #expect(throws: CorruptFile.self) { try totals(",USD") }
  }
}

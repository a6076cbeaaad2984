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

  private func totals(_ text: String, _ format: DeliveryFormat) throws -> [String: String]? {
    try DeliveredMoney.totals(
      of: try GzipEncoder.compress(Array(text.utf8)), path: "part", format: format, columns: columns)?.texts
  }

  @Test func countsWhatIsInTheFile() throws {
    let csv = "BilledCost,BillingCurrency\n1.25,USD\n-0.000000000000000000000000000001,USD\n3.0,EUR\n"
    #expect(try totals(csv, .csv) == ["USD": "1.249999999999999999999999999999", "EUR": "3"])
    let ndjson = """
      {"BilledCost":1.25,"BillingCurrency":"USD"}
      {"BilledCost":3.0,"BillingCurrency":"EUR"}

      """
    #expect(try totals(ndjson, .ndjson) == ["USD": "1.25", "EUR": "3"])
  }

  @Test(arguments: [
    "BilledCost,BillingCurrency\n,USD\n", "BilledCost,BillingCurrency\n1.0,\n", "BilledCost\n1.0\n",
  ])
  func whatIsNoMoneyIsRefused(csv: String) throws {
    #expect(throws: CorruptFile.self) { try totals(csv, .csv) }
  }

  @Test func aSubsetWithoutMoneyHasNone() throws {
    let columns = try ColumnTable.embedded().columns(of: .v13, chosen: ["ChargePeriodStart"])
    let file = try GzipEncoder.compress(Array("ChargePeriodStart\n2026-11-03T00:00:00Z\n".utf8))
    #expect(try DeliveredMoney.totals(of: file, path: "part", format: .csv, columns: columns) == nil)
  }
}

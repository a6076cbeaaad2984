import JSONReader
import Spend
import Staging

@testable import Pipeline

/// An export's days hold raw lines that are read as they were written, and add up to the day's total.
func readExport(_ input: UnsafeBufferPointer<UInt8>) {
  let organization = OrganizationConfiguration(
    name: "acme", id: "org-acme", displayName: "Acme", baseURL: "https://api.openai.com/v1",
    adminKey: .environment("KEY"))
  let reader = ExportReader(path: "costs.csv", organization: organization)
  guard let costs = reading({ try reader.read(Array(input)) }) else { return }
  let parser = JSONParser()
  for (day, content) in costs.days {
    promise((1970..<10_000).contains(day.civil.year), "a day of the year \(day.civil.year)")
    var lines = CostLineReader()
    var totals = ControlTotals()
    content.lines.forEachRow { row in
      promise(row.last == 0x0A && row.dropLast().firstIndex(of: 0x0A) == nil, "a line of several lines")
      let line = reading {
        try parser.parse(UnsafeBufferPointer(rebasing: row.dropLast())) { try lines.read($0) }
      }
      guard let line else { broken("a raw line of \(day) that cannot be read") }
      totals.add(line.amount, line.currency)
    }
    promise(totals == content.totals, "the lines of \(day) sum to \(totals) and not to \(content.totals)")
  }
}

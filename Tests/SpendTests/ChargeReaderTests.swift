import Spend
import Staging
import TestSupport
import Testing

/// Charges read one after the other, against each of them read by itself.
@Suite struct ChargeReaderTests {
  /// Rows that change in one field or several, and come back to what they were.
  private func rows(_ random: inout RepeatableGenerator) -> [[String]] {
    let choices: [[String]] = [
      ["gpt-5, input", "gpt-5,", ""], ["p", "p1", ""], ["1", "", "Search, \"x\""], ["key_1", ""], ["k", ""],
      ["user-1", "user-2"], ["User", ""], ["Ann", ""], [""], ["usage-share", "unattributed", "by magic"],
      ["USD", "EUR", "XXX"], ["1.0", "-2.5", "0.0", "x"], ["3.0", "", "12"], ["tokens", "", "1000_tokens"],
      ["0.5", "", "00.5"], ["credential", "principal", "nobody", "", "somebody"], ["0.25", "0.25", ""],
      ["7.0", ""],
      ["Tokens", ""],
    ]
    var row = choices.map { $0[0] }
    return (0..<400).map { _ in
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let field = Int.random(in: 0..<row.count, using: &random)
        // Mostly as it was at first, so that rows are alike.
        row[field] = Bool.random(using: &random) ? choices[field][0] : random.pick(choices[field])
      }
      return row
    }
  }

  private func text(_ charge: ChargeRecord) -> String {
    "\(charge.amount) \(charge.currency) \(String(describing: charge.quantity)) \(charge.isPriced) "
      + "\(String(describing: charge.target)) \(charge.isCredit)"
  }

  @Test(arguments: 0..<20) func readsAndRefusesTheSame(seed: UInt64) throws {
    var random = RepeatableGenerator(seed: seed)
    var csv = CSVRow()
    let rows = rows(&random)
    for row in rows {
      for field in row { csv.append(field.isEmpty ? nil : field) }
      csv.endRow()
    }
    var reader = ChargeReader()
    var groups: [Int: Set<[String]>] = [:]
    var (taken, refused) = (0, 0)
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(CSVRow.header(ChargeFile.header) + csv.bytes), path: "test",
      header: ChargeFile.header
    ) { record in
      let row = rows[record.number - 1]
      do {
        let charge = try reader.read(record)
        #expect(text(charge) == text(try ChargeRecord(record)))
        groups[charge.group, default: []].insert(
          Array(row[0...2] + row[9...10] + row[13...15] + row[18...18]))
        taken += 1
      } catch {
        let alone = #expect(throws: RefusedLine.self) { try ChargeRecord(record) }
        #expect(alone == error as? RefusedLine)
        refused += 1
      }
    }
    #expect(taken > 0 && refused > 0 && groups.count > 1 && groups.count < taken)
    #expect(groups.values.allSatisfy { $0.count == 1 })
  }
}

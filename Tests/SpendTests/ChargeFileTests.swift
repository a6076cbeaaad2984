import Spend
import Staging
import TestSupport
import Testing

@Suite struct ChargeFileTests {
  private func read(_ rows: [UInt8]) throws -> [Charge] {
    var charges: [Charge] = []
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(CSVRow.header(ChargeFile.header) + rows), path: "charges.csv.gz",
      header: ChargeFile.header
    ) { charges.append(try ChargeFile.charge($0)) }
    return charges
  }

  @Test func givesBackEveryCharge() throws {
    var random = RepeatableGenerator(seed: 1)
    let texts = [
      "null", #""gpt-5, input""#, #""漢 \"x\", y""#, #""line\nbreak""#, #""a | b, output, long context""#,
      #""\r""#,
    ]
    let amounts = [
      "1.5", "-7", "0E-6176", "1.234567890123456789012345678901234", "123456789012345678901234567890.1234",
      "1e-30",
    ]
    var charges: [Charge] = []
    for _ in 0..<1000 {
      charges.append(
        try RawLineSupport.charge(
          RawLineSupport.result(
            random.pick(amounts),
            [
              "line_item": random.pick(texts), "project_id": random.pick(texts),
              "project_name": random.pick(texts), "api_key_id": random.pick(texts),
              "user_id": random.pick(texts), "user_email": random.pick(texts),
              "quantity": random.pick(amounts + ["null"]), "quantity_unit": random.pick(texts),
            ])))
    }
    var row = ByteBuffer()
    for charge in charges { ChargeFile.append(charge, to: &row) }
    #expect(try read(row.array) == charges)
  }

  @Test func hasOneFieldForEachColumn() throws {
    var row = ByteBuffer()
    ChargeFile.append(try RawLineSupport.charge(RawLineSupport.result()), to: &row)
    let fields = String(decoding: row.array, as: UTF8.self).split(
      separator: ",", omittingEmptySubsequences: false)
    #expect(fields.count == ChargeFile.header.count)
    #expect(Set(ChargeFile.header).count == ChargeFile.header.count)
  }

  @Test(arguments: [
    ("amount", ""), ("amount", "12abc"), ("currency", ""), ("currency", "XXX"), ("attribution_method", ""),
    ("attribution_method", "by magic"), ("quantity", "1,5"), ("unit_price", "NaN"),
    ("unit_price", "00.5"),
  ])
  func refusesWhatNoChargeHas(column: String, value: String) throws {
    let good = ["attribution_method": "unattributed", "currency": "USD", "amount": "1.0"]
    var row = CSVRow()
    for name in ChargeFile.header { row.append(name == column ? value : good[name]) }
    row.endRow()
    let error = #expect(throws: RefusedLine.self) { try read(row.bytes) }
    #expect(error?.reason.hasPrefix(column) == true)
    let fast = #expect(throws: RefusedLine.self) {
      try CSVReader.forEachRecord(
        ofGzip: GzipEncoder.compress(CSVRow.header(ChargeFile.header) + row.bytes), path: ChargeFile.name,
        header: ChargeFile.header
      ) { _ = try ChargeRecord($0) }
    }
    #expect(fast?.reason.hasPrefix(column) == true)
  }
}

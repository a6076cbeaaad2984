import Staging
import TestSupport
import Testing

@testable import Pipeline
@testable import Spend

/// Rows made of bytes and by groups are those that are made of charges one by one.
@Suite struct SpreadsheetRowsTests {
  private static let day = Day(number: 20_760)
  private static let names = [
    "Ada", "Grace \"Amazing\" Hopper", "Müller, Zoë", "=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x",
    "客服", "\tTab", "\nLine", "\rReturn", "'quoted'", "\"", ",", "a=b",
  ]

  /// The plain way: a row from a charge that was read whole.
  private static func append(_ charge: Charge, organization: String, to row: inout CSVRow) {
    let lineItem = charge.lineItem.map { LineItem($0) }
    row.append(day.description)
    row.append(defused(organization))
    row.append(defused(charge.projectName ?? charge.projectID))
    row.append("OpenAI API")
    row.append(defused(lineItem?.model))
    row.append(defused(lineItem?.kind == nil ? charge.lineItem : lineItem?.skuMeter))
    row.append(defused(charge.principalName ?? charge.principalEmail ?? charge.principalID))
    row.append(defused(charge.apiKeyName ?? charge.apiKeyID))
    row.appendPlain { charge.quantity?.append(to: &$0) }
    let measure = Measure(unit: charge.quantityUnit, lineItem: lineItem)
    row.append(charge.quantity == nil ? nil : measure.consumedUnit)
    row.appendPlain { charge.amount.append(to: &$0) }
    row.append(charge.currency.code)
    row.endRow()
  }

  private static func defused(_ text: String?) -> String? {
    guard let first = text?.unicodeScalars.first else { return text }
    return "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) ? "'" + (text ?? "") : text
  }

  private static func charge(_ random: inout RepeatableGenerator, like last: Charge?) throws -> Charge {
    func maybe(_ texts: [String]) -> String? {
      Bool.random(using: &random) ? random.pick(texts) : nil
    }
    func number(_ random: inout RepeatableGenerator) throws -> ExactDecimal {
      try ExactDecimal(
        random.pick(["0", "12", "-3", "0.000123456789012345678901234567890", "-0.5", "1408", "100"]))
    }
    // Most charges have line item and project of the one before.
    let isAlike = Int.random(in: 0..<4, using: &random) > 0
    let lineItems = [
      "gpt-5, input", "flex | gpt-5.5-2026-04-23, cached input", "Scale Tier", "=cmd(), output",
      "web search tool calls", "assistants api | file search",
    ]
    let lineItem = isAlike ? last?.lineItem : maybe(lineItems)
    let hasQuantity = Bool.random(using: &random)
    return Charge(
      lineItem: lineItem, projectID: isAlike ? last?.projectID : maybe(["proj_1", "proj_2"]),
      projectName: isAlike ? last?.projectName : maybe(names), apiKeyID: maybe(["key_1", "-key"]),
      apiKeyName: maybe(names), principalID: maybe(["user_1"]), principalType: maybe(["User"]),
      principalName: maybe(names), principalEmail: maybe(["a@example.com", "@x"]),
      attribution: .unattributed, currency: isAlike ? last?.currency ?? .usd : .usd,
      amount: try number(&random),
      quantity: hasQuantity ? try number(&random) : nil,
      quantityUnit: isAlike ? last?.quantityUnit : maybe(["Tokens", "Calls", "weird, unit"]), unitPrice: nil,
      allocation: nil)
  }

  @Test(arguments: 0..<60)
  func bothWaysGiveTheSameRows(seed: Int) throws {
    var random = RepeatableGenerator(seed: UInt64(seed))
    let organization = random.pick(Self.names)
    var charges: [Charge] = []
    for _ in 0..<80 { charges.append(try Self.charge(&random, like: charges.last)) }
    var file = ByteBuffer()
    file.append(CSVRow.header(ChargeFile.header))
    var plain = CSVRow()
    for charge in charges {
      ChargeFile.append(charge, to: &file)
      Self.append(charge, organization: organization, to: &plain)
    }
    var rows = SpreadsheetRows(day: Self.day, organization: organization)
    var reader = ChargeReader()
    var out = ByteBuffer()
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(file.array), path: "charges", header: ChargeFile.header
    ) { rows.append(try reader.read($0), to: &out) }
    #expect(String(decoding: out.array, as: UTF8.self) == String(decoding: plain.bytes, as: UTF8.self))
  }

  /// Nobody takes the part of a file that a program shows for the month.
  @Test func aFileThatIsShownInPartSaysSo() {
    #expect(Spreadsheet.tooLong("spreadsheet/2026-11.csv", rows: 1_048_575) == nil)
    let diagnostic = Spreadsheet.tooLong("spreadsheet/2026-11.csv", rows: 1_048_576)
    #expect(diagnostic?.kind == "spreadsheet_too_long")
    #expect(diagnostic?.message.contains("2026-11.csv has 1048576 rows") == true)
  }
}

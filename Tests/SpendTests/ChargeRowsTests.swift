import Diagnostics
import JSONReader
import Staging
import TestSupport
import Testing

@testable import Spend

/// The rows of a day, written the fast way, against those of ``ChargeBuilder`` and ``ChargeFile`` one by one.
@Suite struct ChargeRowsTests {
  private static let texts = ["p", "p,1", "p \"x\"", "q\nr", "漢字", ""]

  /// A day with everything: split lines, lines of one user, keyed lines, credits, no project, no line item.
  private func day(_ random: inout RepeatableGenerator) throws -> (usage: UsageTable, lines: [CostLine]) {
    let models = ["gpt-5", "gpt-5-mini", "o4"]
    let keys: [String?] = ["key_1", "key_2", "key_3", nil]
    let users: [String?] = ["user-1", "user-2", nil]
    func json(_ text: String?) -> String {
      guard let text else { return "null" }
      var out: [UInt8] = []
      JSONWriter.append(string: text, to: &out)
      return String(decoding: out, as: UTF8.self)
    }
    var table = UsageTable()
    var writer = UsageRowWriter(service: "completions")
    var row = ByteBuffer()
    for _ in 0..<60 {
      let result = """
        {"project_id":\(json(random.pick(Self.texts))),"user_id":\(json(random.pick(users))),\
        "api_key_id":\(json(random.pick(keys))),"model":"\(random.pick(models))",\
        "batch":\(random.pick(["true", "false"])),"service_tier":\(json(random.pick(["default", "flex", nil]))),\
        "input_uncached_tokens":\(Int.random(in: 0...90000, using: &random)),\
        "output_tokens":\(Int.random(in: 0...900, using: &random))}
        """
      try RawLineSupport.parse(result) { try writer.append($0, to: &row, and: &table) }
    }
    var reader = CostLineReader()
    let lines = try (0..<80).map { _ in
      let lineItem =
        "\(random.pick(["", "flex | ", "batch | "]))\(random.pick(models)), \(random.pick(["input", "output"]))"
      let result = RawLineSupport.result(
        random.pick(["1.25", "0.3333333333333333333333333333333333", "-4", "0", "17", "0E-6176"]),
        [
          "line_item": json(random.pick([lineItem, lineItem, "free text, \"x\""])),
          "project_id": json(random.pick(Self.texts + [nil])),
          "api_key_id": json(random.pick([nil, nil, nil, "key_1", "key_9"])),
          "user_id": json(random.pick([nil, nil, nil, "user-1"])),
          "quantity": random.pick(["12345678", "0", "null", "2.5"]),
          "quantity_unit": json(random.pick(["tokens", "1000_tokens", nil])),
          "user_email": json(random.pick([nil, nil, "a@example.com"])),
        ])
      return try RawLineSupport.parse(result) { try reader.read($0) }
    }
    return (table, lines)
  }

  @Test(arguments: 0..<40)
  func writesWhatThePlainWayWrites(seed: Int) throws {
    var random = RepeatableGenerator(seed: UInt64(seed))
    let (usage, lines) = try day(&random)
    var names = NameBook()
    names.projects = ["p": "Search, \"beta\""]
    names.principals = [
      "user-1": NameBook.Principal(type: .user, name: "Ann, \"A\"", email: "ann@example.com")
    ]
    names.credentials = ["key_1": NameBook.Credential(name: "laptop", projectID: "p", ownerID: "user-2")]
    func builder() -> ChargeBuilder {
      let attributor = Attributor(
        usage: usage, names: names,
        lines: lines.compactMap { line in line.lineItem.map { (line.projectID, LineItem($0)) } },
        dimensions: seed % 2 == 0 ? ["project_id", "line_item"] : ["project_id", "line_item", "api_key_id"])
      return ChargeBuilder(
        organization: "acme", names: names, attributor: seed % 5 == 4 ? nil : attributor,
        diagnostics: DiagnosticsCollector())
    }
    var plain = builder()
    var expected: [[UInt8]] = []
    var totals = ControlTotals()
    var attribution = AttributionTotals()
    for charge in lines.flatMap({ plain.charges(for: $0) }) {
      var row = ByteBuffer()
      ChargeFile.append(charge, to: &row)
      expected.append(row.array)
      totals.add(charge.amount, charge.currency)
      attribution.add(charge)
    }
    expected.sort { $0.lexicographicallyPrecedes($1) }

    var rows = ChargeRows(builder())
    var written: [[UInt8]] = []
    rows.forEachRow(of: lines) { written.append(Array($0)) }
    #expect(written == expected)
    #expect(rows.count == expected.count)
    #expect(rows.totals == totals)
    #expect(rows.attribution.record == attribution.record)
    let split = written.filter { String(decoding: $0, as: UTF8.self).contains("usage-share") }
    #expect(seed % 5 == 4 || seed % 2 == 1 || split.count > 10)
  }
}

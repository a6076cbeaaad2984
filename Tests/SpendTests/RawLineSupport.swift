import Diagnostics
import JSONReader
import Spend
import Staging
import Testing

/// Makes lines of raw partitions, and reads them.
enum RawLineSupport {
  /// A line around one result object.
  static func line(_ result: String, project: String? = nil) throws -> [UInt8] {
    let day = Day(number: 20_760)
    return RawLine.prefix(organization: "acme", day: day, projectID: project) + Array(result.utf8)
      + RawLine.suffix.dropLast()
  }

  /// Hands the root of a line to `body`.
  static func parse<Result>(
    _ result: String, project: String? = nil, _ body: (JSONValue) throws -> Result
  ) throws -> Result {
    try JSONParser().parse(line(result, project: project), body)
  }

  static func costLine(_ result: String) throws -> CostLine {
    var reader = CostLineReader()
    return try parse(result) { try reader.read($0) }
  }

  /// The charge that one result of the Costs API becomes.
  static func charge(
    _ result: String, names: NameBook = NameBook(), diagnostics: DiagnosticsCollector = DiagnosticsCollector()
  ) throws -> Charge {
    // Without usage a cost line is one charge.
    let attributor = Attributor(usage: UsageTable(), names: names, lines: [], dimensions: [])
    var builder = ChargeBuilder(
      organization: "acme", names: names, attributor: attributor, diagnostics: diagnostics)
    let charges = builder.charges(for: try costLine(result))
    #expect(charges.count == 1)
    return charges[0]
  }

  /// A result of the Costs API: `amount` and `fields` as JSON text.
  static func result(_ amount: String = "1.5", _ fields: [String: String] = [:]) -> String {
    let members = fields.sorted { $0.key < $1.key }.map { ",\"\($0.key)\":\($0.value)" }.joined()
    return
      "{\"object\":\"organization.costs.result\",\"amount\":{\"value\":\(amount),\"currency\":\"usd\"}\(members)}"
  }
}

import Diagnostics
import JSONReader
import Spend
import Staging

/// A day of one organization, the same each time: what the parts are measured on.
struct World {
  static let day = Day(number: 20_760)
  static let organization = "acme"

  /// Result objects of usage, one each.
  let usage: [[UInt8]]
  /// The same as lines of a raw partition.
  let usageLines: [[UInt8]]
  /// Result objects of costs.
  let costs: [[UInt8]]
  let lineItems: [String]
  let names: NameBook
  /// `charges.csv`, with its header.
  let charges: [UInt8]
  let chargeCount: Int

  /// - Parameter rows: usage rows; three charges are made of each.
  init(rows: Int) throws {
    var random = Sequence64(state: 2026)
    let models = (0..<10).map { "gpt-5.\($0)-2026-0\($0 % 9 + 1)-1\($0)" }
    let projects = (0..<max(1, rows / 1000)).map { _ in "proj_\(random.text(24))" }
    let keys = (0..<40).map { _ in "key_\(random.text(16))" }
    let users = (0..<200).map { _ in "user-\(random.text(24))" }
    var names = NameBook()
    for (index, project) in projects.enumerated() { names.projects[project] = "Project, \"\(index)\"" }
    for (index, user) in users.enumerated() where index % 5 != 0 {
      names.principals[user] = NameBook.Principal(
        type: .user, name: "Ann Müller \(index)", email: "u\(index)@acme.example")
    }
    for (index, key) in keys.enumerated() where index % 2 == 0 {
      names.credentials[key] = NameBook.Credential(name: "key \(index)", projectID: nil, ownerID: nil)
    }

    struct Place: Hashable {
      var project: String
      var lineItem: String
    }
    var tokens: [Place: Int] = [:]
    var usage: [[UInt8]] = []
    for _ in 0..<rows {
      let (project, model) = (random.pick(projects), random.pick(models))
      let (uncached, cached, output) = (random.number(), random.number(), random.number())
      for (kind, count) in [("input", uncached), ("cached input", cached), ("output", output)] {
        tokens[Place(project: project, lineItem: "\(model), \(kind)"), default: 0] += count
      }
      usage.append(
        Array(
          """
          {"object":"organization.usage.completions.result","input_tokens":\(uncached + cached),\
          "input_cached_tokens":\(cached),"input_cache_write_tokens":0,"input_uncached_tokens":\(uncached),\
          "output_tokens":\(output),"input_text_tokens":\(uncached),"output_text_tokens":\(output),\
          "input_cached_text_tokens":\(cached),"input_audio_tokens":0,"output_audio_tokens":0,\
          "num_model_requests":\(output % 97 + 1),"project_id":"\(project)","user_id":"\(random.pick(users))",\
          "api_key_id":"\(random.pick(keys))","model":"\(model)","batch":false,"service_tier":"default",\
          "api_source":null}
          """.utf8))
    }
    self.usage = usage
    let lines = tokens.sorted { ($0.key.lineItem, $0.key.project) < ($1.key.lineItem, $1.key.project) }
    costs = lines.map { place, count in
      Array(
        """
        {"object":"organization.costs.result","amount":{"value":0.\(String(count).leftPadded(16)),"currency":"usd"},\
        "line_item":"\(place.lineItem)","project_id":"\(place.project)","api_key_id":null,"user_id":null,\
        "quantity":\(count),"quantity_unit":"tokens"}
        """.utf8)
    }
    lineItems = lines.map(\.key.lineItem)
    self.names = names
    let prefix = RawLine.prefix(organization: Self.organization, day: Self.day)
    usageLines = usage.map { prefix + $0 + RawLine.suffix.dropLast() }
    (charges, chargeCount) = try Self.charges(
      usageLines, costs.map { prefix + $0 + RawLine.suffix.dropLast() }, names)
  }

  /// A page of the API with all usage.
  var page: [UInt8] {
    let results = usage.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
    return Array(
      """
      {"object":"page","data":[{"object":"bucket","start_time":\(Self.day.startSeconds),\
      "end_time":\(Self.day.next.startSeconds),"results":[\(results)]}],"has_more":false,"next_page":null}
      """.utf8)
  }

  private static func charges(
    _ usage: [[UInt8]], _ costs: [[UInt8]], _ names: NameBook
  ) throws -> (file: [UInt8], count: Int) {
    let parser = JSONParser()
    var table = UsageTable()
    var writer = UsageRowWriter(service: "completions")
    var row = ByteBuffer()
    for line in usage {
      row.removeAll()
      try parser.parse(line) { try writer.append($0, to: &row, and: &table) }
    }
    var reader = CostLineReader()
    let lines = try costs.map { try parser.parse($0) { try reader.read($0) } }
    let attributor = Attributor(
      usage: table, names: names,
      lines: lines.compactMap { line in line.lineItem.map { (line.projectID, LineItem($0)) } },
      dimensions: ["project_id", "line_item"])
    var rows = ChargeRows(
      ChargeBuilder(
        organization: organization, names: names, attributor: attributor, diagnostics: DiagnosticsCollector())
    )
    var file = ByteBuffer()
    file.append(CSVRow.header(ChargeFile.header))
    rows.forEachRow(of: lines) { file.append($0) }
    return (file.array, rows.count)
  }
}

/// The same numbers each time (SplitMix64).
struct Sequence64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  mutating func text(_ count: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return String((0..<count).map { _ in pick(letters) })
  }

  /// One to six digits.
  mutating func number() -> Int { Int(next() % 1_000_000) >> Int(next() % 16) }
}

extension String {
  fileprivate func leftPadded(_ count: Int) -> String {
    String(repeating: "0", count: max(0, count - self.count)) + self
  }
}

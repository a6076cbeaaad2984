import Diagnostics
import FOCUS
import JSONReader
import Spend
import Staging

/// Charges made from results of the Costs API, of every kind there is.
enum SampleCharges {
  static let day = Day(number: 20_760)
  static let context = BillingContext(accountID: "org-1", accountName: "Acme, \"Inc.\" 漢字", day: day)

  /// Results of the Costs API as JSON.
  static let results = [
    // Tokens with everything.
    #"{"amount":{"value":10.5,"currency":"usd"},"line_item":"priority | gpt-5.6-sol, output, long context","project_id":"proj_1","api_key_id":"key_1","user_id":"user-1","quantity":8400000.0,"quantity_unit":"tokens"}"#,
    #"{"amount":{"value":"0.3333333333333333333333333333333333","currency":"usd"},"line_item":"gpt-5, cached input","project_id":"proj_2","api_key_id":"key_9","user_id":"user-9","quantity":7000001,"quantity_unit":"tokens"}"#,
    #"{"amount":{"value":1.25,"currency":"usd"},"line_item":"gpt-image-1 image, cached input","project_id":"proj_1","quantity":2500,"quantity_unit":"1000_tokens"}"#,
    #"{"amount":{"value":0.00001,"currency":"usd"},"line_item":"evals | gpt-4o-mini-2024-07-18, input","project_id":"proj_1","quantity":3,"quantity_unit":"tokens"}"#,
    #"{"amount":{"value":2,"currency":"usd"},"line_item":"gpt-5.6-sol, cache writes","project_id":"proj_1","quantity":400000}"#,
    // Free tokens.
    #"{"amount":{"value":0E-6176,"currency":"usd"},"line_item":"gpt-5.4-2026-03-05, cached input","project_id":"proj_1","quantity":12345,"quantity_unit":"tokens"}"#,
    // A credit with a quantity and without one.
    #"{"amount":{"value":-4.2,"currency":"usd"},"line_item":"Credit"}"#,
    #"{"amount":{"value":-4.2,"currency":"usd"},"line_item":"gpt-5, input","project_id":"proj_1","quantity":10,"quantity_unit":"tokens"}"#,
    // No quantity, no line item, no project.
    #"{"amount":{"value":7.25,"currency":"usd"},"line_item":"vector store storage","project_id":"proj_1"}"#,
    #"{"amount":{"value":7.25,"currency":"eur"}}"#,
    #"{"amount":{"value":3,"currency":"usd"},"quantity":5,"quantity_unit":"duration_seconds"}"#,
    // Own units, hard texts.
    #"{"amount":{"value":1.75,"currency":"usd"},"line_item":"web search tool calls","project_id":"proj_1","quantity":175,"quantity_unit":"requests"}"#,
    #"{"amount":{"value":0.06,"currency":"usd"},"line_item":"whisper","project_id":"proj_1","quantity":600,"quantity_unit":"duration_seconds"}"#,
    #"{"amount":{"value":1,"currency":"usd"},"line_item":"brand new, \"thing\"\nfor 漢字 \\ \u0001","project_id":"proj \"3\",\r\n","quantity":3,"quantity_unit":"gibibyte_hours"}"#,
    #"{"amount":{"value":123456789012345678901234567890.1234,"currency":"jpy"},"line_item":"dall-e 3, standard, 1024x1792, 1792x1024","project_id":"proj_1","quantity":0}"#,
  ]

  static var names: NameBook {
    var names = NameBook()
    names.projects = ["proj_1": "Search, \"beta\"", "proj_2": "=1+1"]
    names.principals = [
      "user-1": NameBook.Principal(type: .user, name: "Ann O'Neil", email: "ann@example.com"),
      "user-9": NameBook.Principal(type: .serviceAccount, name: "ci 👩🏽‍💻", email: nil),
    ]
    names.credentials = ["key_1": NameBook.Credential(name: "laptop", projectID: "proj_1", ownerID: "user-1")]
    return names
  }

  /// Usage of one of them by two keys and by somebody without one: it is split in three.
  private static let usage = [
    #"{"project_id":"proj_1","user_id":"user-1","api_key_id":"key_1","model":"gpt-5.6-sol","input_cache_write_tokens":100000}"#,
    #"{"project_id":"proj_1","user_id":"user-9","api_key_id":"key_9","model":"gpt-5.6-sol","input_cache_write_tokens":200001}"#,
    #"{"project_id":"proj_1","user_id":null,"api_key_id":null,"model":"gpt-5.6-sol","input_cache_write_tokens":3}"#,
  ]

  static func all() throws -> [Charge] {
    let parser = JSONParser()
    func line(_ result: String) -> [UInt8] {
      RawLine.prefix(organization: "acme", day: day) + Array(result.utf8) + RawLine.suffix
    }
    var table = UsageTable()
    var writer = UsageRowWriter(service: "completions")
    var row = ByteBuffer()
    for result in usage { try parser.parse(line(result)) { try writer.append($0, to: &row, and: &table) } }
    var reader = CostLineReader()
    let costLines = try results.map { try parser.parse(line($0)) { try reader.read($0) } }
    let attributor = Attributor(
      usage: table, names: names,
      lines: costLines.compactMap { costLine in
        costLine.lineItem.map { (project: costLine.projectID, lineItem: LineItem($0)) }
      }, dimensions: ["project_id", "line_item"])
    var builder = ChargeBuilder(
      organization: "acme", names: names, attributor: attributor, diagnostics: DiagnosticsCollector())
    return costLines.flatMap { builder.charges(for: $0) }
  }

  /// All charges as one file.
  static func file(
    _ version: FOCUSVersion, _ format: RowFormat, prices: PriceList? = nil
  ) throws -> [UInt8] {
    let columns = try ColumnTable.embedded().columns(of: version)
    var writer = RowWriter(columns: columns, context: context, format: format, prices: prices)
    var rows = ByteBuffer()
    rows.append(format.header(columns))
    try forEachRecord(of: all()) { writer.append($0, to: &rows) }
    return rows.array
  }

  /// The charges, each read by itself.
  static func forEachRecord(of charges: [Charge], _ body: (ChargeRecord) throws -> Void) throws {
    try forEach(of: charges) { try body(ChargeRecord($0)) }
  }

  /// The charges as load reads them, one after the other.
  static func forEachRecordInTurn(of charges: [Charge], _ body: (ChargeRecord) throws -> Void) throws {
    var reader = ChargeReader()
    try forEach(of: charges) { try body(reader.read($0)) }
  }

  private static func forEach(of charges: [Charge], _ body: (CSVRecord) throws -> Void) throws {
    var file = ByteBuffer()
    file.append(CSVRow.header(ChargeFile.header))
    for charge in charges { ChargeFile.append(charge, to: &file) }
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(file.array), path: ChargeFile.name, header: ChargeFile.header
    ) { try body($0) }
  }

  /// All charges as rows of text by column, read back from CSV; null columns are absent.
  static func rows(_ version: FOCUSVersion, prices: PriceList? = nil) throws -> [[String: String]] {
    let header = try ColumnTable.embedded().columns(of: version).map(\.name)
    var rows: [[String: String]] = []
    try CSVReader.forEachRecord(
      ofGzip: GzipEncoder.compress(file(version, .csv, prices: prices)), path: "part.csv.gz", header: header
    ) { record in
      rows.append(
        Dictionary(
          uniqueKeysWithValues: header.enumerated().compactMap { index, name in
            record.text(index).map { (name, $0) }
          }))
    }
    return rows
  }
}

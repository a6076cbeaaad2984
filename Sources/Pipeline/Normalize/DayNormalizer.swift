import Diagnostics
import JSONReader
import Spend
import Staging

/// A raw partition with its record.
struct RawInput {
  let dataset: String
  let folder: String
  let record: PartitionRecord

  /// What a normalized partition says it was made from: path and digest of every file.
  var digests: [String: String] {
    Dictionary(
      record.files.map { ("\(folder)/\($0.path)", $0.sha256) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Makes one organization's day: charges from cost lines, usage rows from usage lines.
struct DayNormalizer {
  let context: StageContext
  let organization: String
  /// The configured organization id; nil for an organization that is not configured.
  let accountID: String?
  let day: Day
  let names: NameBook
  let attributes: Bool

  /// The day's charges as a file, with the money counted on both sides.
  struct Charges {
    var file: PartitionFile
    var costLines = ControlTotals()
    var charges = ControlTotals()
    var attribution = AttributionTotals()
  }

  /// - Throws: ``RefusedPartition`` for a line that cannot be read exactly; ``CorruptFile``.
  func charges(from costs: RawInput, usage: UsageTable) async throws -> Charges {
    var costLines = ControlTotals()
    var reader = CostLineReader()
    var lines: [CostLine] = []
    try await forEachLine(of: costs) { line, _ in
      let costLine = try reader.read(line)
      costLines.add(costLine.amount, costLine.currency)
      lines.append(costLine)
    }
    reportForeignLines(lines)
    let attributor =
      attributes
      ? Attributor(
        usage: usage, names: names, lines: distinct(lines), dimensions: costs.record.dimensions) : nil
    var rows = ChargeRows(
      ChargeBuilder(
        organization: organization, names: names, attributor: attributor, diagnostics: context.diagnostics))
    let encoder = try GzipEncoder()
    try encoder.append(CSVRow.header(ChargeFile.header))
    try rows.forEachRow(of: lines) { try encoder.append($0) }
    if reader.missingAmounts > 0 {
      context.diagnostics.report(
        Diagnostic(
          kind: "amount_missing",
          message: "organization \(organization), \(day): a cost line has a currency and no amount, read as 0"
        ),
        count: reader.missingAmounts)
    }
    return Charges(
      file: PartitionFile(name: ChargeFile.name, rows: rows.count, content: try encoder.finish()),
      costLines: costLines, charges: rows.totals, attribution: rows.attribution)
  }

  /// The line items of each project, each once.
  private func distinct(_ lines: [CostLine]) -> [(project: String?, lineItem: LineItem)] {
    struct Place: Hashable {
      var project: String?
      var lineItem: String
    }
    var seen: Set<Place> = []
    var items: [String: LineItem] = [:]
    return lines.compactMap { line in
      guard let text = line.lineItem,
        seen.insert(Place(project: line.projectID, lineItem: text)).inserted
      else { return nil }
      let item = items[text] ?? LineItem(text)
      items[text] = item
      return (line.projectID, item)
    }
  }

  /// Live rows have been seen to name their organization: another one than configured is a swapped key or a wrong
  /// id, and would be delivered under the wrong billing account.
  private func reportForeignLines(_ lines: [CostLine]) {
    guard let accountID else { return }
    let foreign = lines.compactMap(\.organizationID).filter { !$0.isEmpty && $0 != accountID }
    guard let first = foreign.first else { return }
    context.diagnostics.report(
      Diagnostic(
        kind: "organization_id_differs",
        message:
          "organization \(organization), \(day): the API calls it \(first.prefix(60)), the configuration "
          + "\(accountID); check id and admin_key"),
      count: foreign.count)
  }

  /// The API's own total: the sum of the ungrouped rows.
  func apiTotals(from ungrouped: RawInput) async throws -> ControlTotals {
    var totals = ControlTotals()
    var reader = CostLineReader()
    try await forEachLine(of: ungrouped) { line, _ in
      let costLine = try reader.read(line)
      totals.add(costLine.amount, costLine.currency)
    }
    if reader.missingAmounts > 0 {
      throw RefusedPartition(
        organization: organization, dataset: ungrouped.dataset, day: day, line: nil,
        reason: "the API's total has a currency and no value: it controls nothing")
    }
    return totals
  }

  /// The rows of `usage.csv.gz`, sorted, over all usage services; and the same in columns, for attribution.
  func usage(from inputs: [RawInput]) async throws -> (rows: SortedRows, table: UsageTable) {
    var rows = SortedRows()
    var table = UsageTable()
    var row = ByteBuffer()
    for input in inputs {
      var writer = UsageRowWriter(service: String(input.dataset.dropFirst(DatasetName.usagePrefix.count)))
      let parser = JSONParser()
      try await forEachLine(of: input, parser) { line, _ in
        row.removeAll()
        try writer.append(line, shape: parser.shape, to: &row, and: &table)
        row.withBytes { rows.append($0) }
      }
      if writer.mismatches > 0 {
        context.diagnostics.report(
          Diagnostic(
            kind: "token_kinds_do_not_add_up",
            message: "organization \(organization), \(day), \(input.dataset): "
              + "input is not uncached + cached + cache write (C11)"),
          count: writer.mismatches)
      }
    }
    return (rows, table)
  }

  private func forEachLine(
    of input: RawInput, _ parser: JSONParser = JSONParser(), _ body: (JSONValue, Int) throws -> Void
  ) async throws {
    for file in input.record.files {
      let bytes = try await context.partitions.file(file.path, of: input.folder, input.record)
      try RawPartition.forEachLine(
        of: bytes, path: "\(input.folder)/\(file.path)", organization: organization, dataset: input.dataset,
        day: day, parser: parser, body)
    }
  }
}

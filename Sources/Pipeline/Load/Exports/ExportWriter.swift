import Diagnostics
import FOCUS
import JSONReader
import Spend
import Staging

/// Writes one month's files of one preset to where they are put together.
struct ExportWriter {
  let preset: ExportPreset
  let context: StageContext
  let month: Month
  let manifest: Manifest
  let rows: ExportedCharges
  let parquet: ParquetEngine
  /// Where the files are put together.
  let building: String

  /// - Returns: the files by their names below the preset's folder, the last one last.
  func write() async throws -> [FileRecord] {
    switch preset {
    case .finopsHub: try await finopsHub()
    case .vantage: try await vantage()
    case .datadog: try await datadog()
    }
  }

  /// `<scope>/<ingestion id>__<name>.parquet` and a `manifest.json` that tells hubs that the folder is whole. All files
  /// of a folder have the same ingestion id: hubs drop those of another one.
  private func finopsHub() async throws -> [FileRecord] {
    var files: [FileRecord] = []
    for source in ExportedCharges.sources(manifest, month) {
      var csv = ExportCSV(columns: rows.columns.map(\.name))
      let encoder = try GzipEncoder()
      try await rows.forEachRow(
        of: source,
        { row in
          for index in rows.columns.indices { csv.append(row.verbatim(index)) }
          csv.endRow()
        }, pause: { try encoder.append(csv.takeBytes()) })
      try encoder.append(csv.takeBytes())
      let scope = "openai/\(source.organization)"
      let part = try await parquet.part(
        from: try encoder.finish(), columns: rows.columns,
        path: "\(preset.folder(month))/\(scope), \(source.day)", .snappy)
      guard part.rows == csv.rows else {
        throw CorruptFile(
          path: preset.folder(month), reason: "\(part.rows) rows in Parquet, \(csv.rows) charges")
      }
      var figures = ControlFigures(organization: source.organization, day: source.day)
      figures.charges = try ControlTotals(recorded: source.delivered.controlTotals, in: building)
      figures.delivered = part.totals
      try figures.check()
      files.append(
        try await store(
          "\(scope)/\(manifest.delivery)__costs-\(source.day).parquet", part.content, rows: part.rows))
    }
    for scope in Set(
      files.map { $0.path.prefix { $0 != "_" }.split(separator: "/").prefix(2).joined(separator: "/") }
    )
    .sorted() {
      files.append(try await store("\(scope)/manifest.json", Array("{}\n".utf8), rows: 0))
    }
    return files
  }

  /// One CSV: the FOCUS columns, with Tags made from what the `x_` columns say.
  private func vantage() async throws -> [FileRecord] {
    let columns = rows.columns.enumerated().filter { !$1.isCustom }
    let file = try await stream("costs.csv") { out in
      var csv = ExportCSV(columns: columns.map(\.element.name))
      for source in ExportedCharges.sources(manifest, month) {
        try await rows.forEachRow(
          of: source,
          { row in
            for (index, column) in columns {
              if column.column == .tags {
                var tags: [UInt8] = []
                ExportTags.append(row, to: &tags)
                csv.appendField(tags)
              } else {
                csv.append(row.verbatim(index))
              }
            }
            csv.endRow()
          }, pause: { try await out.append(csv.takeBytes()) })
      }
      try await out.append(csv.takeBytes())
      return csv.rows
    }
    return [file]
  }

  /// JSON arrays, one for each organization and day, with an object a line: days instead of instants, the end
  /// inclusive, nothing null, no text beyond 1,000 characters, USD only.
  private func datadog() async throws -> [FileRecord] {
    var files: [FileRecord] = []
    for source in ExportedCharges.sources(manifest, month) {
      var leftOut = source.delivered.rows
      if source.delivered.controlTotals["USD"] != nil {
        let file = try await stream("\(source.organization)/costs-\(source.day).json") {
          try await datadog(source, into: $0)
        }
        leftOut -= file.rows
        files.append(file)
      }
      if leftOut > 0 {
        context.diagnostics.report(
          Diagnostic(
            kind: "export_currency_left_out",
            message:
              "\(preset.rawValue) reads USD only: \(leftOut) charges of organization \(source.organization), "
              + "\(source.day), in other currencies are not in its files"),
          count: leftOut)
      }
    }
    return files
  }

  /// - Returns: how many charges there are in USD.
  private func datadog(_ source: ExportedCharges.Source, into stream: PieceWriter) async throws -> Int {
    var out = Array("[".utf8)
    var count = 0
    try await rows.forEachRow(
      of: source,
      { row in
        guard row.text(.billingCurrency) == "USD", let cost = row.text(.billedCost) else { return }
        out.append(contentsOf: count == 0 ? "\n".utf8 : ",\n".utf8)
        count += 1
        let texts = [
          ("ProviderName", row.text(.serviceProviderName) ?? row.text(.providerName) ?? "OpenAI"),
          ("ChargeDescription", row.text(.chargeDescription) ?? row.text(.serviceName) ?? "OpenAI API"),
          ("ChargePeriodStart", source.day.description), ("ChargePeriodEnd", source.day.description),
          ("BillingCurrency", "USD"),
        ]
        out.append(UInt8(ascii: "{"))
        for (name, text) in texts {
          JSONWriter.append(string: name, to: &out)
          out.append(UInt8(ascii: ":"))
          JSONWriter.append(string: ExportTags.cut(text, Self.textLimit), to: &out)
          out.append(UInt8(ascii: ","))
        }
        out.append(contentsOf: "\"BilledCost\":\(cost),\"Tags\":".utf8)
        ExportTags.append(row, limit: Self.textLimit, to: &out)
        out.append(UInt8(ascii: "}"))
      },
      pause: {
        try await stream.append(out)
        out.removeAll(keepingCapacity: true)
      })
    try await stream.append(out + Array("\n]\n".utf8))
    return count
  }

  /// Characters that Datadog takes in a value.
  private static let textLimit = 1000

  private func stream(_ name: String, _ write: (PieceWriter) async throws -> Int) async throws -> FileRecord {
    try await PieceWriter.write(building + "/" + name, of: context.store, as: name, write)
  }

  private func store(_ name: String, _ content: [UInt8], rows: Int) async throws -> FileRecord {
    try await context.store.write(building + "/" + name, content)
    return FileRecord(path: name, rows: rows, content: content)
  }
}

import FOCUS
import Spend
import Staging

/// One charge as FOCUS columns, valid only while it is handed out.
struct ExportedCharge {
  let record: CSVRecord
  let positions: [Column: Int]

  /// A column's text; nil where it is null or none of the version.
  func text(_ column: Column) -> String? { positions[column].flatMap { record.text($0) } }

  /// A column's bytes as they stand in a CSV file.
  func verbatim(_ index: Int) -> UnsafeBufferPointer<UInt8> { record.verbatim(index) }
}

/// Reads the charges behind a delivery as FOCUS rows of any version.
struct ExportedCharges {
  let context: StageContext
  let columns: [ColumnDefinition]
  let prices: PriceList?

  private static let rowsBetweenPauses = 500

  /// One organization's day, as the manifest tells it.
  struct Source {
    let organization: String
    let day: Day
    let billing: BillingContext
    let delivered: DeliveredDay
  }

  /// Every day with charges of a delivery, by day and organization.
  static func sources(_ manifest: Manifest, _ month: Month) -> [Source] {
    month.days.flatMap { day in
      manifest.organizations.sorted { $0.key < $1.key }.compactMap { name, organization -> Source? in
        guard let delivered = organization.days[day.description], delivered.rows > 0 else { return nil }
        return Source(
          organization: name, day: day,
          billing: BillingContext(
            accountID: organization.billingAccountID, accountName: organization.billingAccountName, day: day),
          delivered: delivered)
      }
    }
  }

  /// Calls `body` with every charge of a day, and adds up what it was handed. Between some of them it calls `pause`, which
  /// may hand on what has been put together: a day may be larger than what should be held.
  /// - Throws: ``CorruptFile`` where the charges are not those delivered; ``ControlMismatch`` where the rows do not sum
  ///   to what was delivered; what `body` throws.
  func forEachRow(
    of source: Source, _ body: (ExportedCharge) throws -> Void, pause: () async throws -> Void
  ) async throws {
    let folder = Layout.normalized(organization: source.organization, day: source.day)
    guard let record = try await context.partitions.record(folder),
      record.digest(of: ChargeFile.name) == source.delivered.madeFrom
    else {
      throw CorruptFile(
        path: folder, reason: "these are not the charges that were delivered; run normalize again")
    }
    let charges = try await context.partitions.file(ChargeFile.name, of: folder, record)
    var writer = RowWriter(columns: columns, context: source.billing, format: .csv, prices: prices)
    let path = "\(folder)/\(ChargeFile.name)"
    let positions = Dictionary(columns.enumerated().map { ($1.column, $0) }, uniquingKeysWith: { $1 })
    var money = DeliveredMoney(path: path, format: .csv, columns: columns)
    let fields = CSVFields()
    var reader = ChargeReader()
    var row = ByteBuffer(capacity: 1 << 12)
    var rows = 0
    var records = try GzippedCSV(charges, path: path, header: ChargeFile.header)
    while let record = try records.next() {
      let charge: ChargeRecord
      do { charge = try reader.read(record) } catch let refused as RefusedLine {
        throw CorruptFile(path: path, reason: "record \(record.number): \(refused.reason)")
      }
      row.removeAll()
      writer.append(charge, to: &row)
      rows += 1
      try row.withBytes { bytes in
        try money?.add(bytes, of: charge)
        try CSVReader.fields(upTo: columns.count - 1, of: bytes, into: fields, path: path, number: rows)
        try body(
          ExportedCharge(record: CSVRecord(base: bytes, fields: fields, number: rows), positions: positions))
      }
      if rows % Self.rowsBetweenPauses == 0 { try await pause() }
    }
    var figures = ControlFigures(organization: source.organization, day: source.day)
    figures.charges = try ControlTotals(recorded: source.delivered.controlTotals, in: folder)
    figures.delivered = money?.totals
    try figures.check()
  }
}

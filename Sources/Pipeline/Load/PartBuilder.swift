import FOCUS
import Spend
import Staging

/// Makes the delivery's part for one organization's day, in every format at once.
///
/// One part a day: a restated day replaces its own part and leaves the bytes of all others alone.
struct PartBuilder {
  let partitions: PartitionStore
  let columns: [ColumnDefinition]
  let schemaID: String
  let formats: [DeliveryFormat]
  let priceList: PriceListFile?
  /// Nil where no Parquet is asked for.
  var parquet: ParquetEngine?

  /// Counts up with every change of what is written from the same charges.
  private static let writerVersion = "3"

  /// A part that was made, not yet stored.
  struct Part {
    let file: DeliveredFile
    let content: [UInt8]
  }

  /// What a part of this day and format is made from: if it equals what a delivered file was made from, that
  /// file can stay.
  func madeFrom(_ input: DayInput, _ format: DeliveryFormat) -> String {
    var inputs = [
      input.chargesDigest, input.organization.id, input.organization.displayName, schemaID, format.rawValue,
      Self.writerVersion,
    ]
    if let priceList { inputs.append("price list \(priceList.sha256)") }
    return Digest(of: inputs.joined(separator: "\n")).hex
  }

  /// The parts in formats that are written row by row.
  /// - Throws: ``ControlMismatch`` if the charges do not sum to their partition's control total;
  ///   ``CorruptFile`` and ``RefusedPartition``.
  func rowParts(_ input: DayInput, formats: [DeliveryFormat]) async throws -> [Part] {
    let charges = try await partitions.file(ChargeFile.name, of: input.folder, input.record)
    let outputs = try formats.map {
      try Output(
        format: $0, path: "\(Layout.data(input.day.month)) (\($0.rawValue))", columns: columns,
        billing: input.billing, prices: priceList?.prices)
    }
    var reader = ChargeReader()
    var read = ControlTotals()
    var rows = 0
    try CSVReader.forEachRecord(
      ofGzip: charges, path: "\(input.folder)/\(ChargeFile.name)", header: ChargeFile.header
    ) { record in
      let charge: ChargeRecord
      do { charge = try reader.read(record) } catch let refused as RefusedLine {
        throw RefusedPartition(
          organization: input.organization.name, dataset: DatasetName.charges, day: input.day,
          line: record.number, reason: refused.reason)
      }
      read.add(charge.amount, charge.currency)
      rows += 1
      for output in outputs { try output.append(charge) }
    }
    return try outputs.map { output in
      try part(
        input, output.format, try output.finish(), rows: rows, delivered: output.money?.totals ?? read)
    }
  }

  /// What the names of a day's files begin with.
  static func namePrefix(_ day: Day) -> String {
    let number = String(day.civil.day)
    return "part-" + String(repeating: "0", count: 5 - number.count) + number + "-"
  }

  /// A finished file under its name.
  /// - Parameter delivered: the money in it.
  /// - Throws: ``ControlMismatch``, ``CorruptFile``.
  func part(
    _ input: DayInput, _ format: DeliveryFormat, _ content: [UInt8], rows: Int, delivered: ControlTotals
  ) throws -> Part {
    var figures = ControlFigures(organization: input.organization.name, day: input.day)
    figures.charges = try ControlTotals(recorded: input.record.controlTotals, in: input.folder)
    figures.delivered = delivered
    try figures.check()
    let digest = Digest(of: content).hex
    let name = "\(Self.namePrefix(input.day))\(digest.prefix(8)).\(format.fileExtension)"
    return Part(
      file: DeliveredFile(
        path:
          "\(Layout.data(input.day.month).dropFirst("focus/".count))/org=\(input.organization.name)/\(name)",
        rows: rows, bytes: content.count, sha256: digest, format: format.rawValue,
        organization: input.organization.name, date: input.day.description, controlTotals: delivered.texts,
        madeFrom: madeFrom(input, format)),
      content: content)
  }

  /// One format's file while it is written.
  private final class Output {
    let format: DeliveryFormat
    // One thread has it: nothing else looks at these while they change, which need not be asked for every row.
    @exclusivity(unchecked) private var writer: RowWriter
    private let encoder: GzipEncoder
    /// Rows that are not compressed yet: a block and some more, so that they are still near when it is their turn.
    @exclusivity(unchecked) private var rows = ByteBuffer(capacity: GzipEncoder.blockSize + (1 << 16))
    /// Nil where the chosen columns hold no money.
    @exclusivity(unchecked) private(set) var money: DeliveredMoney?

    init(
      format: DeliveryFormat, path: String, columns: [ColumnDefinition], billing: BillingContext,
      prices: PriceList?
    ) throws {
      self.format = format
      let rowFormat = format.rowFormat
      writer = RowWriter(columns: columns, context: billing, format: rowFormat, prices: prices)
      money = DeliveredMoney(path: path, format: format, columns: columns)
      encoder = try GzipEncoder()
      rows.append(rowFormat.header(columns))
    }

    func append(_ charge: ChargeRecord) throws {
      let start = rows.count
      writer.append(charge, to: &rows)
      try rows.withBytes { try money?.add(UnsafeBufferPointer(rebasing: $0[start...]), of: charge) }
      // Whole blocks are compressed where they lie.
      if rows.count >= GzipEncoder.blockSize {
        try compress(rows.count - rows.count % GzipEncoder.blockSize)
      }
    }

    func finish() throws -> [UInt8] {
      try compress(rows.count)
      return try encoder.finish()
    }

    private func compress(_ count: Int) throws {
      try rows.withBytes { try encoder.append(UnsafeBufferPointer(rebasing: $0[..<count])) }
      rows.removeFirst(count)
    }
  }
}

extension DeliveryFormat {
  var rowFormat: RowFormat {
    switch self {
    case .csv, .parquet: .csv
    case .ndjson: .ndjson
    }
  }
}

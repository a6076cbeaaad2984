import Spend
import Staging

/// Writes one plain CSV a month for people with a spreadsheet program: headings that people read, a byte-order
/// mark so that Excel shows every script, and names that look like formulas defused.
///
/// Only here are names changed: files under `focus/` hold them as they are.
struct Spreadsheet {
  let context: StageContext
  let month: Month

  static let headings = [
    "Date", "Organization", "Project", "Service", "Model", "Token type", "User", "API key", "Quantity",
    "Unit",
    "Unblended Cost", "Currency",
  ]

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// - Parameters:
  ///   - organizations: the days that are delivered; their charges and no others are written.
  ///   - earlier: what the manifest in place says of the file.
  ///   - isCurrent: whether that manifest holds the same charges.
  /// - Returns: what the manifest is to say of it.
  func write(
    _ organizations: [String: DeliveredOrganization], earlier: FileRecord?, isCurrent: Bool
  ) async throws -> FileRecord {
    let key = Layout.spreadsheet(month)
    if isCurrent, let earlier, let content = try await context.store.read(key),
      (try? earlier.verify(content, key: key)) != nil
    {
      return earlier
    }
    var rows = 0
    var digest = RunningDigest()
    try await context.store.write(key) { sink in
      (rows, digest) = (0, RunningDigest())
      func append(_ piece: [UInt8]) async throws {
        digest.take(piece)
        try await sink.append(piece)
      }
      try await append(Self.byteOrderMark + CSVRow.header(Self.headings))
      for day in month.days {
        for (name, organization) in organizations.sorted(by: { $0.key < $1.key }) {
          guard let delivered = organization.days[day.description], delivered.rows > 0 else { continue }
          let made = try await self.rows(day, name, organization, delivered)
          rows += made.count
          try await append(made.bytes)
        }
      }
    }
    return FileRecord(path: key, rows: rows, bytes: digest.bytes, sha256: digest.digest.hex)
  }

  /// The rows of one organization's day: no more than a day is held at a time.
  private func rows(
    _ day: Day, _ name: String, _ organization: DeliveredOrganization, _ delivered: DeliveredDay
  ) async throws -> (bytes: [UInt8], count: Int) {
    let folder = Layout.normalized(organization: name, day: day)
    guard let record = try await context.partitions.record(folder),
      record.digest(of: ChargeFile.name) == delivered.madeFrom
    else {
      throw CorruptFile(
        path: folder, reason: "these are not the charges that were delivered; run normalize again")
    }
    let charges = try await context.partitions.file(ChargeFile.name, of: folder, record)
    var rows: [UInt8] = []
    var row = CSVRow()
    var lineItems: [String: LineItem] = [:]
    var count = 0
    try CSVReader.forEachRecord(
      ofGzip: charges, path: "\(folder)/\(ChargeFile.name)", header: ChargeFile.header
    ) { record in
      let charge = try ChargeFile.charge(record)
      if let text = charge.lineItem, lineItems[text] == nil { lineItems[text] = LineItem(text) }
      row.removeAll()
      Self.append(
        charge, charge.lineItem.flatMap { lineItems[$0] }, day: day,
        organization: organization.billingAccountName,
        to: &row)
      rows.append(contentsOf: row.bytes)
      count += 1
    }
    return (rows, count)
  }

  static func append(
    _ charge: Charge, _ lineItem: LineItem?, day: Day, organization: String, to row: inout CSVRow
  ) {
    let measure = Measure(unit: charge.quantityUnit, lineItem: lineItem)
    row.append(day.description)
    row.append(defused(organization))
    row.append(defused(charge.projectName ?? charge.projectID))
    row.append("OpenAI API")
    row.append(defused(lineItem?.model))
    row.append(defused(lineItem?.kind == nil ? charge.lineItem : lineItem?.skuMeter))
    row.append(defused(charge.principalName ?? charge.principalEmail ?? charge.principalID))
    row.append(defused(charge.apiKeyName ?? charge.apiKeyID))
    row.appendPlain { charge.quantity?.append(to: &$0) }
    row.append(charge.quantity == nil ? nil : measure.consumedUnit)
    row.appendPlain { charge.amount.append(to: &$0) }
    row.append(charge.currency.code)
    row.endRow()
  }

  /// A spreadsheet program runs what starts like a formula; an apostrophe makes it text.
  static func defused(_ text: String?) -> String? {
    guard let text, let first = text.unicodeScalars.first else { return text }
    return ["=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].contains(
      first) ? "'" + text : text
  }
}

import Diagnostics
import Spend
import Staging

/// Writes one plain CSV a month for people with a spreadsheet program: headings that people read, a byte-order
/// mark so that Excel shows every script, and names that look like formulas defused.
///
/// Only here are names changed: files under `focus/` hold them as they are.
struct Spreadsheet {
  let context: StageContext
  let month: Month

  /// What Excel and LibreOffice Calc show of a file, the heading counted; the rest they leave out.
  private static let longestShown = 1_048_576
  /// However many cores there are: what is held must not grow with the month.
  private static let daysAtOnce = min(coreCount, 4)
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
    if isCurrent, let earlier, try await context.store.holds(earlier, at: key) {
      tell(Self.tooLong(key, rows: earlier.rows))
      return earlier
    }
    let file = try await PieceWriter.write(key, of: context.store, as: key) { out in
      var rows = 0
      try await out.append(Self.byteOrderMark + CSVRow.header(SpreadsheetRows.headings))
      let days = delivered(organizations)
      for start in stride(from: 0, to: days.count, by: Self.daysAtOnce) {
        let some = Array(days[start..<min(start + Self.daysAtOnce, days.count)])
        for made in try await concurrentMap(some, { await self.made($0) }) {
          // In order: of several damaged days it is the first that is told.
          let day = try made.get()
          rows += day.count
          try await out.append(day.bytes)
        }
      }
      return rows
    }
    tell(Self.tooLong(key, rows: file.rows))
    return file
  }

  private func tell(_ diagnostic: Diagnostic?) {
    if let diagnostic { context.diagnostics.report(diagnostic) }
  }

  /// What to say of a file of which a spreadsheet program would not show all the money; nil for any other.
  static func tooLong(_ key: String, rows: Int) -> Diagnostic? {
    if rows < longestShown { return nil }
    return Diagnostic(
      kind: "spreadsheet_too_long",
      message:
        "\(key) has \(rows) rows, of which spreadsheet programs show the first \(longestShown - 1): its sum there "
        + "is not the month's. Load focus/data/ into a database, or set load.spreadsheet: false")
  }

  /// One organization's day.
  private struct Delivered {
    let day: Day
    let name: String
    let organization: DeliveredOrganization
    let delivered: DeliveredDay
  }

  /// The days that have charges, in the order of their rows.
  private func delivered(_ organizations: [String: DeliveredOrganization]) -> [Delivered] {
    let organizations = organizations.sorted { $0.key < $1.key }
    return month.days.flatMap { day in
      organizations.compactMap { name, organization in
        guard let delivered = organization.days[day.description], delivered.rows > 0 else { return nil }
        return Delivered(day: day, name: name, organization: organization, delivered: delivered)
      }
    }
  }

  private typealias Rows = (bytes: [UInt8], count: Int)

  private func made(_ item: Delivered) async -> Result<Rows, any Error> {
    do { return .success(try await rows(item)) } catch { return .failure(error) }
  }

  private func rows(_ item: Delivered) async throws -> Rows {
    let folder = Layout.normalized(organization: item.name, day: item.day)
    guard let record = try await context.partitions.record(folder),
      record.digest(of: ChargeFile.name) == item.delivered.madeFrom
    else {
      throw CorruptFile(
        path: folder, reason: "these are not the charges that were delivered; run normalize again")
    }
    let charges = try await context.partitions.file(ChargeFile.name, of: folder, record)
    var rows = SpreadsheetRows(day: item.day, organization: item.organization.billingAccountName)
    var reader = ChargeReader()
    var out = ByteBuffer(capacity: 1 << 16)
    var count = 0
    try CSVReader.forEachRecord(
      ofGzip: charges, path: "\(folder)/\(ChargeFile.name)", header: ChargeFile.header
    ) { record in
      rows.append(try reader.read(record), to: &out)
      count += 1
    }
    return (out.array, count)
  }
}

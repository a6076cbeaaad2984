import Spend
import Staging

/// Adds up the money of one delivered file, and what of it stands apart.
struct DeliveredDayReader {
  private let content: [UInt8]
  private let file: DeliveredFile
  private let path: String

  init(_ content: [UInt8], _ file: DeliveredFile, path: String) {
    self.content = content
    self.file = file
    self.path = path
  }

  /// - Returns: false for a file that was delivered without the columns that hold money.
  /// - Throws: ``CorruptFile`` naming the record.
  func add(to money: inout DeliveredMoneyOfDay) throws -> Bool {
    let reader: DeliveredFileReader
    do {
      reader = try DeliveredFileReader(content, file, path: path)
    } catch is MissingMoneyColumn { return false }
    let hasProjects = reader.columns.contains(.subAccountID)
    var rows = 0
    try reader.forEachRow([.billedCost, .currency, .subAccountID]) { row in
      rows += 1
      let cost = try reader.decimal(.billedCost, of: row)
      let currency: Currency
      do { currency = try Currency(parsing: row[.currency]) } catch {
        throw CorruptFile(path: path, reason: "record \(row.number), \(DiffColumn.currency.name): \(error)")
      }
      money.totals.add(cost, currency)
      if cost.isNegative { money.credits.add(cost, currency) }
      if hasProjects, row[.subAccountID].isEmpty {
        money.withoutProject.add(cost, currency)
        money.rowsWithoutProject += 1
      }
    }
    guard rows == file.rows else {
      throw CorruptFile(path: path, reason: "it has \(rows) charges, its manifest says \(file.rows)")
    }
    return true
  }
}

import Staging

/// The form of `charges.csv.gz`: the contract between normalize and load.
///
/// Hot path: rows are written as bytes; one row costs no allocation once the buffer has grown.
public enum ChargeFile {
  public static let name = "charges.csv.gz"

  public static let header = [
    "line_item", "project_id", "project_name", "api_key_id", "api_key_name", "principal_id",
    "principal_type", "principal_name", "principal_email", "attribution_method", "currency", "amount",
    "quantity", "quantity_unit", "unit_price", "allocated_to", "allocated_ratio", "allocated_usage",
    "allocated_unit",
  ]

  /// Appends one charge as a row with its line feed.
  public static func append(_ charge: Charge, to row: inout ByteBuffer) {
    appendOrigin(charge, to: &row)
    appendPerson(charge, to: &row)
    text(charge.attribution.rawValue, &row)
    text(charge.currency.code, &row)
    decimal(charge.amount, &row)
    decimal(charge.quantity, &row)
    appendPrice(charge, to: &row)
    text(charge.allocation?.target.rawValue, &row)
    decimal(charge.allocation?.ratio, &row)
    decimal(charge.allocation?.usage, &row)
    if let unit = charge.allocation?.unit { CSVRow.append(unit, to: &row) }
    row.append(0x0A)
  }

  /// The first three fields: what a cost line's charges are sorted by.
  static func appendOrigin(_ charge: Charge, to row: inout ByteBuffer) {
    text(charge.lineItem, &row)
    text(charge.projectID, &row)
    text(charge.projectName, &row)
  }

  /// The next six fields: who is behind the charge.
  static func appendPerson(_ charge: Charge, to row: inout ByteBuffer) {
    text(charge.apiKeyID, &row)
    text(charge.apiKeyName, &row)
    text(charge.principalID, &row)
    text(charge.principalType, &row)
    text(charge.principalName, &row)
    text(charge.principalEmail, &row)
  }

  /// Unit of the quantity, and the unit price.
  static func appendPrice(_ charge: Charge, to row: inout ByteBuffer) {
    text(charge.quantityUnit, &row)
    decimal(charge.unitPrice, &row)
  }

  /// A field and the comma behind it.
  static func text(_ text: String?, _ row: inout ByteBuffer) {
    if let text { CSVRow.append(text, to: &row) }
    row.append(UInt8(ascii: ","))
  }

  /// A field and the comma behind it.
  static func decimal(_ decimal: ExactDecimal?, _ row: inout ByteBuffer) {
    decimal?.appendWithFraction(to: &row)
    row.append(UInt8(ascii: ","))
  }

  /// Reads one record.
  /// - Throws: ``RefusedLine`` for a field that no charge can have.
  public static func charge(_ record: CSVRecord) throws -> Charge {
    func decimal(_ index: Int) throws -> ExactDecimal? {
      let bytes = record.rawBytes(index)
      if bytes.isEmpty { return nil }
      do { return try ExactDecimal(parsing: bytes) } catch {
        throw RefusedLine(reason: "\(header[index]): \(error)")
      }
    }
    func required<Value>(_ index: Int, _ value: Value?) throws -> Value {
      guard let value else { throw RefusedLine(reason: "\(header[index]) is missing or unknown") }
      return value
    }
    let method = record.text(9).flatMap(AttributionMethod.init(rawValue:))
    let currency = record.text(10).flatMap { try? Currency(parsing: $0) }
    var allocation: Allocation?
    if let target = record.text(15) {
      allocation = Allocation(
        target: try required(15, Allocation.Target(rawValue: target)), ratio: try required(16, decimal(16)),
        usage: try decimal(17), unit: record.text(18))
    }
    return Charge(
      lineItem: record.text(0), projectID: record.text(1), projectName: record.text(2),
      apiKeyID: record.text(3), apiKeyName: record.text(4), principalID: record.text(5),
      principalType: record.text(6), principalName: record.text(7), principalEmail: record.text(8),
      attribution: try required(9, method), currency: try required(10, currency),
      amount: try required(11, decimal(11)), quantity: try decimal(12), quantityUnit: record.text(13),
      unitPrice: try decimal(14), allocation: allocation)
  }
}

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
  public static func append(_ charge: Charge, to row: inout CSVRow) {
    row.append(charge.lineItem)
    row.append(charge.projectID)
    row.append(charge.projectName)
    row.append(charge.apiKeyID)
    row.append(charge.apiKeyName)
    row.append(charge.principalID)
    row.append(charge.principalType)
    row.append(charge.principalName)
    row.append(charge.principalEmail)
    row.append(charge.attribution.rawValue)
    row.append(charge.currency.code)
    row.appendPlain { charge.amount.appendWithFraction(to: &$0) }
    row.appendPlain { charge.quantity?.appendWithFraction(to: &$0) }
    row.append(charge.quantityUnit)
    row.appendPlain { charge.unitPrice?.appendWithFraction(to: &$0) }
    row.append(charge.allocation?.target.rawValue)
    row.appendPlain { charge.allocation?.ratio.appendWithFraction(to: &$0) }
    row.appendPlain { charge.allocation?.usage?.appendWithFraction(to: &$0) }
    row.append(charge.allocation?.unit)
    row.endRow()
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

import JSONReader
import Staging

/// The columns of a delivery that a comparison looks at.
enum DiffColumn: Int, CaseIterable {
  case billingAccountID, billingAccountName, chargePeriodStart, subAccountID, subAccountName, skuPriceID,
    lineItem
  case credentialID, credentialName, principalID, principalName, resourceID, resourceName, category, currency
  case billedCost, consumedQuantity, consumedUnit, modelID, serviceName

  var name: String {
    switch self {
    case .billingAccountID: "BillingAccountId"
    case .billingAccountName: "BillingAccountName"
    case .chargePeriodStart: "ChargePeriodStart"
    case .subAccountID: "SubAccountId"
    case .subAccountName: "SubAccountName"
    case .skuPriceID: "SkuPriceId"
    case .lineItem: "x_LineItem"
    case .credentialID: "x_CredentialId"
    case .credentialName: "x_CredentialName"
    case .principalID: "x_PrincipalId"
    case .principalName: "x_PrincipalName"
    case .resourceID: "AllocatedResourceId"
    case .resourceName: "AllocatedResourceName"
    case .category: "ChargeCategory"
    case .currency: "BillingCurrency"
    case .billedCost: "BilledCost"
    case .consumedQuantity: "ConsumedQuantity"
    case .consumedUnit: "ConsumedUnit"
    case .modelID: "x_ModelId"
    case .serviceName: "ServiceName"
    }
  }

  /// Those that decide whether two charges are the same and alike; the others only group totals.
  static let compared = Set(allCases).subtracting([.modelID, .serviceName])

  /// Without these there is no money to compare; other columns differ between FOCUS versions.
  static let required: [DiffColumn] = [.billedCost, .currency]
}

/// The fields of one delivered charge, by column; nil for null and for columns that the file does not have.
struct DeliveredFields {
  fileprivate(set) var values = [String?](repeating: nil, count: DiffColumn.allCases.count)

  subscript(column: DiffColumn) -> String? { values[column.rawValue] }

  /// The fields of these columns alone; all others null.
  func keeping(_ columns: Set<DiffColumn>) -> DeliveredFields {
    var copy = self
    for column in DiffColumn.allCases where !columns.contains(column) { copy.values[column.rawValue] = nil }
    return copy
  }
}

/// Reads the charges of one delivered file, in any format, one after the other.
enum DeliveredPartReader {
  /// - Throws: ``CorruptFile`` naming file and line or record; what `body` throws.
  static func forEachCharge(
    of content: [UInt8], format: String, path: String, _ body: (DeliveredFields, _ line: Int) throws -> Void
  ) throws {
    switch format {
    case DeliveryFormat.csv.rawValue: try readCSV(content, path, body)
    case DeliveryFormat.ndjson.rawValue: try readNDJSON(content, path, body)
    default: throw CorruptFile(path: path, reason: "files of format \(format) cannot be compared")
    }
  }

  /// The columns that a file has.
  /// - Throws: ``CorruptFile``.
  static func columns(of content: [UInt8], format: String, path: String) throws -> Set<DiffColumn> {
    guard format != DeliveryFormat.parquet.rawValue else {
      throw CorruptFile(path: path, reason: "files of format \(format) cannot be compared; deliver csv, too")
    }
    var names: Set<String> = []
    do {
      if format == DeliveryFormat.csv.rawValue {
        try CSVReader.forEachRecord(ofForeign: content, path: path) { record, _ in
          names = Set((0..<record.count).compactMap { record.text($0) })
          throw Enough()
        }
      } else {
        let parser = JSONParser()
        try LineReader.forEachLine(ofGzip: content, path: path) { bytes, _ in
          try parser.parse(bytes) { object in
            if let members = object.members { names = Set(members.compactMap(\.key.string)) }
          }
          throw Enough()
        }
      }
    } catch is Enough {} catch let syntax as JSONSyntaxError {
      throw CorruptFile(path: path, reason: syntax.description)
    }
    return Set(DiffColumn.allCases.filter { names.contains($0.name) })
  }

  /// Ends a walk over a file whose beginning tells all.
  private struct Enough: Error {}

  private static func readCSV(
    _ content: [UInt8], _ path: String, _ body: (DeliveredFields, Int) throws -> Void
  ) throws {
    var positions: [(column: DiffColumn, position: Int)] = []
    var width = 0
    var fields = DeliveredFields()
    try CSVReader.forEachRecord(ofForeign: content, path: path) { record, line in
      if width == 0 {
        width = record.count
        let names = (0..<width).map { record.text($0) ?? "" }
        for column in DiffColumn.allCases {
          if let position = names.firstIndex(of: column.name) { positions.append((column, position)) }
        }
        for column in DiffColumn.required where !names.contains(column.name) {
          throw CorruptFile(path: path, reason: "there is no column \(column.name)")
        }
        return
      }
      guard record.count == width else {
        throw CorruptFile(path: "\(path):\(line)", reason: "\(record.count) fields, the header has \(width)")
      }
      for (column, position) in positions { fields.values[column.rawValue] = record.text(position) }
      try body(fields, line)
    }
  }

  private static func readNDJSON(
    _ content: [UInt8], _ path: String, _ body: (DeliveredFields, Int) throws -> Void
  ) throws {
    let parser = JSONParser()
    var fields = DeliveredFields()
    try LineReader.forEachLine(ofGzip: content, path: path) { bytes, line in
      do {
        try parser.parse(bytes) { object in
          for column in DiffColumn.allCases {
            let value = object.member(column.name)
            fields.values[column.rawValue] = value.flatMap { value in
              value.kind == .number ? String(decoding: value.bytes, as: UTF8.self) : value.string
            }
          }
        }
      } catch let syntax as JSONSyntaxError {
        throw CorruptFile(path: "\(path):\(line)", reason: syntax.description)
      }
      try body(fields, line)
    }
  }
}

import Staging

/// One record of ``ChargeFile`` as load reads it: its fields as bytes, and the few that have to be understood.
///
/// Hot path: texts are looked at in place and copied from file to file; numbers are checked, and read only where
/// they are counted with. It is valid only while its record is.
public struct ChargeRecord {
  /// Positions in ``ChargeFile/header``.
  public enum Field: Int {
    case lineItem, projectID, projectName, apiKeyID, apiKeyName, principalID, principalType, principalName,
      principalEmail, method, currency, amount, quantity, quantityUnit, unitPrice, allocatedTo,
      allocatedRatio,
      allocatedUsage, allocatedUnit
  }

  private let record: CSVRecord
  public let amount: ExactDecimal
  public let currency: Currency
  public let quantity: ExactDecimal?
  /// Whether the charge has pricing columns; see ``Charge/isPriced``.
  public let isPriced: Bool
  /// What the part was split to; nil for a charge that is no part.
  public let target: Allocation.Target?

  /// - Throws: ``RefusedLine`` for a field that no charge can have.
  public init(_ record: CSVRecord) throws {
    func refused(_ field: Field, _ reason: String) -> RefusedLine {
      RefusedLine(reason: "\(ChargeFile.header[field.rawValue]) \(reason)")
    }
    func bytes(_ field: Field) -> UnsafeBufferPointer<UInt8> { record.rawBytes(field.rawValue) }
    func decimal(_ field: Field) throws -> ExactDecimal {
      do { return try ExactDecimal(parsing: bytes(field)) } catch {
        throw RefusedLine(reason: "\(ChargeFile.header[field.rawValue]): \(error)")
      }
    }
    func checkNumber(_ field: Field) throws {
      if !record.isNull(field.rawValue), !Self.isPlainNumber(bytes(field)) { _ = try decimal(field) }
    }
    self.record = record
    amount = try decimal(.amount)
    do { currency = try Currency(parsing: bytes(.currency)) } catch {
      throw refused(.currency, "is missing or unknown")
    }
    quantity = record.isNull(Field.quantity.rawValue) ? nil : try decimal(.quantity)
    guard Self.isMethod(bytes(.method)) else { throw refused(.method, "is missing or unknown") }
    try checkNumber(.unitPrice)
    isPriced = !record.isNull(Field.unitPrice.rawValue) && !record.isNull(Field.lineItem.rawValue)
    if record.isNull(Field.allocatedTo.rawValue) {
      target = nil
    } else {
      guard let target = Self.target(bytes(.allocatedTo)) else {
        throw refused(.allocatedTo, "is missing or unknown")
      }
      guard !record.isNull(Field.allocatedRatio.rawValue) else {
        throw refused(.allocatedRatio, "is missing or unknown")
      }
      try checkNumber(.allocatedRatio)
      try checkNumber(.allocatedUsage)
      self.target = target
    }
  }

  /// Negative amounts are credits (DESIGN C6).
  public var isCredit: Bool { amount.isNegative }

  public func isNull(_ field: Field) -> Bool { record.isNull(field.rawValue) }

  /// The field as it stands in the file, with its quotes.
  public func verbatim(_ field: Field) -> UnsafeBufferPointer<UInt8> { record.verbatim(field.rawValue) }

  /// The field's text, nil for null.
  public func text(_ field: Field) -> String? { record.text(field.rawValue) }

  /// AllocatedResourceId: the key, or where there is none the principal, that the part was split to.
  public var allocatedResourceID: Field? {
    switch target {
    case .credential: .apiKeyID
    case .principal: .principalID
    case .nobody, nil: nil
    }
  }

  /// AllocatedResourceName; the id where there is no name.
  public var allocatedResourceName: Field? {
    switch target {
    case .credential: isNull(.apiKeyName) ? .apiKeyID : .apiKeyName
    case .principal: isNull(.principalName) ? .principalID : .principalName
    case .nobody, nil: nil
    }
  }

  /// Digits with one point among them, as ``ExactDecimal`` writes them.
  private static func isPlainNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var points = 0
    for byte in bytes {
      if byte == UInt8(ascii: ".") { points += 1 } else if byte &- UInt8(ascii: "0") > 9 { return false }
    }
    guard points == 1, bytes.count > 2, bytes.count <= 100, bytes[bytes.count - 1] != UInt8(ascii: ".") else {
      return false
    }
    // No zero in front of other digits.
    return bytes[0] == UInt8(ascii: "0") ? bytes[1] == UInt8(ascii: ".") : bytes[0] != UInt8(ascii: ".")
  }

  private static let methods = AttributionMethod.allCases.map { Array($0.rawValue.utf8) }
  private static func isMethod(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    methods.contains { $0.count == bytes.count && $0.elementsEqual(bytes) }
  }

  private static let targets = [Allocation.Target.credential, .principal, .nobody].map {
    ($0, Array($0.rawValue.utf8))
  }
  private static func target(_ bytes: UnsafeBufferPointer<UInt8>) -> Allocation.Target? {
    targets.first { $0.1.count == bytes.count && $0.1.elementsEqual(bytes) }?.0
  }
}

import Staging

/// One record of ``ChargeFile`` as load reads it: its fields as bytes, and the few that have to be understood.
///
/// Hot path: texts are looked at in place and copied from file to file; numbers are checked, and read only where
/// they are counted with. It is valid only while its record is.
public struct ChargeRecord {
  /// Positions in ``ChargeFile/header``.
  public enum Field: Int, Comparable {
    case lineItem, projectID, projectName, apiKeyID, apiKeyName, principalID, principalType, principalName,
      principalEmail, method, currency, amount, quantity, quantityUnit, unitPrice, allocatedTo,
      allocatedRatio,
      allocatedUsage, allocatedUnit

    public static func < (lhs: Field, rhs: Field) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  private let record: CSVRecord
  public let amount: ExactDecimal
  public let currency: Currency
  public let quantity: ExactDecimal?
  /// Whether the charge has pricing columns; see ``Charge/isPriced``.
  public let isPriced: Bool
  /// What the part was split to; nil for a charge that is no part.
  public let target: Allocation.Target?
  /// The same for charges that follow each other and have line item, project, attribution, currency, unit, price and
  /// target in common. 0 for a charge that was read by itself.
  public let group: Int

  /// Reads one record by itself; ``ChargeReader`` reads many.
  /// - Throws: ``RefusedLine`` for a field that no charge can have.
  public init(_ record: CSVRecord) throws { try self.init(record, CommonFields(record), group: 0) }

  init(_ record: CSVRecord, _ common: CommonFields, group: Int) throws {
    self.record = record
    self.group = group
    currency = common.currency
    isPriced = common.isPriced
    target = common.target
    amount = try record.decimal(.amount)
    quantity = record.isNull(.quantity) ? nil : try record.decimal(.quantity)
    if target != nil {
      guard !record.isNull(.allocatedRatio) else {
        throw RefusedLine(.allocatedRatio, "is missing or unknown")
      }
      try record.checkNumber(.allocatedRatio)
      try record.checkNumber(.allocatedUsage)
    }
  }

  /// Negative amounts are credits (DESIGN C6).
  public var isCredit: Bool { amount.isNegative }

  public func isNull(_ field: Field) -> Bool { record.isNull(field.rawValue) }

  /// The field as it stands in the file, with its quotes.
  public func verbatim(_ field: Field) -> UnsafeBufferPointer<UInt8> { record.verbatim(field.rawValue) }

  /// Appends the field as it stands in the file.
  public func append(_ field: Field, to out: inout ByteBuffer) {
    let bytes = verbatim(field)
    guard let start = bytes.baseAddress else { return }
    if record.isPadded { out.append(padded: start, count: bytes.count) } else { out.append(bytes) }
  }

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
}

extension RefusedLine {
  init(_ field: ChargeRecord.Field, _ reason: String) {
    self.init(reason: "\(ChargeFile.header[field.rawValue]) \(reason)")
  }
}

extension CSVRecord {
  func rawBytes(_ field: ChargeRecord.Field) -> UnsafeBufferPointer<UInt8> { rawBytes(field.rawValue) }

  func isNull(_ field: ChargeRecord.Field) -> Bool { isNull(field.rawValue) }

  /// Fields that stand side by side, with the commas between them.
  func verbatim(_ range: ClosedRange<ChargeRecord.Field>) -> UnsafeBufferPointer<UInt8> {
    verbatim(range.lowerBound.rawValue...range.upperBound.rawValue)
  }

  /// - Throws: ``RefusedLine``.
  func decimal(_ field: ChargeRecord.Field) throws -> ExactDecimal {
    do { return try ExactDecimal(parsing: rawBytes(field)) } catch {
      throw RefusedLine(reason: "\(ChargeFile.header[field.rawValue]): \(error)")
    }
  }

  /// - Throws: ``RefusedLine`` for a field that is neither a number nor null.
  func checkNumber(_ field: ChargeRecord.Field) throws {
    if !isNull(field), !Self.isPlainNumber(rawBytes(field)) { _ = try decimal(field) }
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
}

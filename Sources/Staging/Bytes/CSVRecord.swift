/// One record of a CSV file, valid only while it is handed out.
public struct CSVRecord {
  /// Where a field lies in its record.
  public struct Field {
    @usableFromInline var start: Int
    @usableFromInline var end: Int
    @usableFromInline var isQuoted: Bool
  }
  @usableFromInline let base: UnsafeBufferPointer<UInt8>
  @usableFromInline let fields: UnsafeBufferPointer<Field>
  /// The record's number from 1 on, the header not counted.
  public let number: Int
  /// Whether ``ByteBuffer/padding`` bytes behind the record may be read.
  public let isPadded: Bool

  init(base: UnsafeBufferPointer<UInt8>, fields: UnsafeBufferPointer<Field>, number: Int, isPadded: Bool) {
    self.base = base
    self.fields = fields
    self.number = number
    self.isPadded = isPadded
  }

  /// - Parameter fields: of this record; they must not change while it is looked at.
  public init(base: UnsafeBufferPointer<UInt8>, fields: CSVFields, number: Int) {
    self.init(base: base, fields: fields.all, number: number, isPadded: false)
  }

  @inlinable public var count: Int { fields.count }

  @inlinable func field(_ index: Int) -> Field {
    precondition(index >= 0 && index < fields.count, "a field that the record does not have")
    return fields[index]
  }

  /// The field's bytes between its quotes; doubled quotes are still doubled.
  @inlinable public func rawBytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let field = field(index)
    return UnsafeBufferPointer(rebasing: base[field.start..<field.end])
  }

  /// The field as it stands in the file, with its quotes: what may be copied into another CSV file.
  @inlinable public func verbatim(_ index: Int) -> UnsafeBufferPointer<UInt8> { verbatim(index...index) }

  /// Several fields as they stand in the file, with the commas between them.
  @inlinable public func verbatim(_ range: ClosedRange<Int>) -> UnsafeBufferPointer<UInt8> {
    let (first, last) = (field(range.lowerBound), field(range.upperBound))
    let (start, end) = (first.start - (first.isQuoted ? 1 : 0), last.end + (last.isQuoted ? 1 : 0))
    return UnsafeBufferPointer(rebasing: base[start..<end])
  }

  /// Whether there is nothing between the commas.
  @inlinable public func isNull(_ index: Int) -> Bool {
    let field = field(index)
    return field.start == field.end
  }

  /// The field's text, or nil where there is nothing between the commas.
  public func text(_ index: Int) -> String? {
    let field = field(index)
    if field.start == field.end { return nil }
    let bytes = base[field.start..<field.end]
    guard field.isQuoted, bytes.contains(0x22) else { return String(decoding: bytes, as: UTF8.self) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      out.append(bytes[index])
      index += bytes[index] == 0x22 ? 2 : 1
    }
    return String(decoding: out, as: UTF8.self)
  }
}

import Glibc
import Staging

/// The fields that all charges of a split cost line share, as bytes, and what they mean.
struct CommonFields {
  private var bytes: [UInt8] = []
  /// Where each stretch of fields ends in `bytes`; empty before the first record.
  private var ends: [Int] = []
  private(set) var currency = Currency.usd
  private(set) var isPriced = false
  private(set) var target: Allocation.Target?

  init() {}

  init(_ record: CSVRecord) throws {
    do { currency = try Currency(parsing: record.rawBytes(.currency)) } catch {
      throw RefusedLine(.currency, "is missing or unknown")
    }
    guard Self.isMethod(record.rawBytes(.method)) else { throw RefusedLine(.method, "is missing or unknown") }
    try record.checkNumber(.unitPrice)
    isPriced = !record.isNull(.unitPrice) && !record.isNull(.lineItem)
    if !record.isNull(.allocatedTo) {
      guard let target = Self.target(record.rawBytes(.allocatedTo)) else {
        throw RefusedLine(.allocatedTo, "is missing or unknown")
      }
      self.target = target
    }
    _ = Self.allStretches { stretch, _ in
      bytes.append(contentsOf: record.verbatim(stretch))
      ends.append(bytes.count)
      return true
    }
  }

  /// Whether something holds for each stretch of fields that stand side by side, and its number.
  @inline(__always)
  private static func allStretches(_ holds: (ClosedRange<ChargeRecord.Field>, Int) -> Bool) -> Bool {
    holds(.lineItem...(.projectName), 0) && holds(.quantityUnit...(.allocatedTo), 1)
      && holds(.method...(.currency), 2) && holds(.allocatedUnit...(.allocatedUnit), 3)
  }

  /// Whether a record has exactly these fields.
  func isOf(_ record: CSVRecord) -> Bool {
    if ends.isEmpty { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      Self.allStretches { stretch, number in
        let start = number == 0 ? 0 : ends[number - 1]
        let other = record.verbatim(stretch)
        guard other.count == ends[number] - start else { return false }
        guard let known = bytes.baseAddress, let base = other.baseAddress else { return other.isEmpty }
        return memcmp(known + start, base, other.count) == 0
      }
    }
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

internal import BigInt
import Staging

extension ExactDecimal: CustomStringConvertible {
  /// The shortest exact plain text, never in exponent form: `12.5`, `0`, `-3`, `1000`.
  public var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Plain text with at least one digit behind the point, as decimals stand in files: `8400000.0`
  /// (DESIGN section 5; a column of whole numbers only would be read as integers).
  public var focusText: String {
    var bytes: [UInt8] = []
    appendWithFraction(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends ``description`` as bytes, without making a string.
  public func append(to bytes: inout [UInt8]) { append(to: &bytes, fraction: false) }

  /// Appends ``focusText`` as bytes, without making a string.
  public func appendWithFraction(to bytes: inout [UInt8]) { append(to: &bytes, fraction: true) }

  /// Appends ``focusText`` to a row, without allocation while the significand fits 128 bits.
  public func appendWithFraction(to bytes: inout ByteBuffer) { append(to: &bytes, fraction: true) }

  private func append(to bytes: inout [UInt8], fraction: Bool) {
    var text = ByteBuffer(capacity: 64)
    append(to: &text, fraction: fraction)
    text.withBytes { bytes.append(contentsOf: $0) }
  }

  private func append(to bytes: inout ByteBuffer, fraction: Bool) {
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    switch storage {
    case .compact(let significand, let exponent):
      Self.append(significand.magnitude, exponent, fraction: fraction, to: &bytes)
    case .wide(let significand, let exponent):
      var digits = String(significand.magnitude, radix: 10)
      digits.withUTF8 { Self.layOut($0, exponent, fraction, into: &bytes) }
    }
  }

  /// Appends magnitude × 10^exponent in plain form.
  static func append(_ magnitude: UInt128, _ exponent: Int, fraction: Bool, to bytes: inout ByteBuffer) {
    if magnitude <= UInt128(UInt64.max), magnitude > 0, exponent <= 0, exponent > -Self.shortPlaces {
      return appendShort(
        UInt64(truncatingIfNeeded: magnitude), places: -exponent, fraction: fraction, to: &bytes)
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { buffer in
      let start = writeDigits(of: magnitude, endingAt: buffer)
      layOut(UnsafeBufferPointer(rebasing: buffer[start...]), exponent, fraction, into: &bytes)
    }
  }

  /// Fewer places behind the point than this are written by ``appendShort(_:places:fraction:to:)``.
  private static let shortPlaces = 40

  /// Appends magnitude × 10^-places, from the last digit to the first: nearly all numbers there are.
  private static func appendShort(
    _ magnitude: UInt64, places: Int, fraction: Bool, to bytes: inout ByteBuffer
  ) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shortPlaces + 24) { buffer in
      var (rest, left, index) = (magnitude, places, buffer.count)
      func put(_ digit: UInt64) {
        index &-= 1
        buffer[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
      }
      while left > 0, rest % 10 == 0 {
        rest /= 10
        left &-= 1
      }
      func putPair() {
        // One division of 64 bits for two digits.
        let pair = UInt32(truncatingIfNeeded: rest % 100)
        rest /= 100
        put(UInt64(pair % 10))
        put(UInt64(pair / 10))
      }
      if left > 0 || fraction {
        if left == 0 { put(0) }
        while left > 1 {
          putPair()
          left &-= 2
        }
        if left == 1 {
          put(rest % 10)
          rest /= 10
        }
        index &-= 1
        buffer[index] = UInt8(ascii: ".")
      }
      while rest > 99 { putPair() }
      repeat {
        put(rest % 10)
        rest /= 10
      } while rest > 0
      bytes.append(UnsafeBufferPointer(rebasing: buffer[index...]))
    }
  }

  /// Writes the digits to the end of `buffer` and returns where they start.
  private static func writeDigits(
    of value: UInt128, endingAt buffer: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var (rest, index) = (value, buffer.count)
    while true {
      // 19 digits at a time: a 64-bit division is far cheaper than one of 128 bits.
      let isLast = rest <= UInt128(UInt64.max)
      let (high, chunk) = isLast ? (0, rest) : rest.quotientAndRemainder(dividingBy: PowersOfTen.table[19])
      var low = UInt64(truncatingIfNeeded: chunk)
      let stop = isLast ? index : index - 19
      repeat {
        index -= 1
        buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: low % 10)
        low /= 10
      } while low != 0 || (!isLast && index > stop)
      if isLast { return index }
      rest = high
    }
  }

  /// Appends `digits` × 10^exponent in plain form.
  private static func layOut(
    _ digits: UnsafeBufferPointer<UInt8>, _ exponent: Int, _ fraction: Bool, into bytes: inout ByteBuffer
  ) {
    let zero = UInt8(ascii: "0")
    let point = UInt8(ascii: ".")
    guard let first = digits.baseAddress else { return }
    var (count, exponent) = (digits.count, exponent)
    while exponent < 0, count > 1, digits[count - 1] == zero {
      count -= 1
      exponent += 1
    }
    let whole = count + exponent
    if exponent >= 0 {
      bytes.append(first, count: count)
      bytes.append(zero, repeated: exponent)
      if fraction { bytes.append(".0") }
    } else if whole > 0 {
      bytes.append(first, count: whole)
      bytes.append(point)
      bytes.append(first + whole, count: -exponent)
    } else {
      bytes.append("0.")
      bytes.append(zero, repeated: -whole)
      bytes.append(first, count: count)
    }
  }
}

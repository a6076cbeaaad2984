import Staging

/// The parts of one value, all counted in the same quantum: what ``ExactDecimal/split(by:decimalPlaces:)`` gives, as
/// plain numbers.
///
/// Hot path: cost lines are split into thousands of parts, which are added up and written and nothing else.
struct ExactShares: Sendable {
  /// In units of 10^exponent.
  let magnitudes: [UInt128]
  let exponent: Int
  let isNegative: Bool

  subscript(index: Int) -> ExactDecimal {
    let magnitude = Int128(truncatingIfNeeded: magnitudes[index])
    return ExactDecimal(significand: isNegative ? -magnitude : magnitude, exponent: exponent)
  }

  /// All parts, one by one.
  var values: [ExactDecimal] { magnitudes.indices.map { self[$0] } }

  var isZero: Bool { magnitudes.allSatisfy { $0 == 0 } }

  /// The sum of the first parts.
  func sum(ofFirst count: Int) -> ExactDecimal {
    // The parts sum to a value of 127 bits, so that no sum of some of them can overflow.
    let value = Int128(truncatingIfNeeded: magnitudes.prefix(count).reduce(0, +))
    return ExactDecimal(significand: isNegative ? -value : value, exponent: exponent)
  }

  /// Appends ``ExactDecimal/focusText`` of one part.
  func append(_ index: Int, to bytes: inout ByteBuffer) {
    let magnitude = magnitudes[index]
    if isNegative, magnitude != 0 { bytes.append(UInt8(ascii: "-")) }
    ExactDecimal.append(magnitude, magnitude == 0 ? 0 : exponent, fraction: true, to: &bytes)
  }
}

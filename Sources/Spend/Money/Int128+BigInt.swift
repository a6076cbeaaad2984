internal import BigInt

extension Int128 {
  /// The value of `integer`, or nil where it does not fit.
  ///
  /// Goes by magnitude and sign: the standard `Int128(exactly:)` is off by 2^64 for negative big integers
  /// of more than one word (Swift 6.3, BigInt 6.0.1).
  init?(narrowing integer: BigInt) {
    let words = integer.magnitude.words
    guard words.count <= 2 else { return nil }
    var magnitude: UInt128 = 0
    for word in words.reversed() { magnitude = magnitude << 64 | UInt128(word) }
    if magnitude <= Int128.max.magnitude {
      self = integer.sign == .minus ? -Int128(magnitude) : Int128(magnitude)
    } else {
      return nil
    }
  }
}

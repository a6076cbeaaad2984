/// Eight digits of a text, read at once.
struct EightDigits {
  let value: Int64
  /// Zeros before the first other digit.
  let leadingZeros: Int

  /// Nil where the next eight bytes are not there, or are not all digits.
  @inline(__always)
  init?(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
    guard index &+ 8 <= bytes.count, let base = bytes.baseAddress else { return nil }
    let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    let highs: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    // A digit is 3 in its upper half, and still is with 6 added to it.
    guard (word & highs) | (((word &+ 0x0606_0606_0606_0606) & highs) >> 4) == 0x3333_3333_3333_3333 else {
      return nil
    }
    // Two digits a number, then four, then eight: the first digit of the text is the lowest byte.
    let digits = word &- 0x3030_3030_3030_3030
    let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    value = Int64((fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF)
    leadingZeros = digits == 0 ? 8 : digits.trailingZeroBitCount / 8
  }
}

/// A small pseudo-random generator (Steele, Lea and Flood's SplitMix64): the same seed gives the same
/// numbers on every platform and with every toolchain, which the standard generators do not promise.
struct SplitMix64: Sendable {
  private var state: UInt64

  /// - Parameter path: what the numbers are for, such as seed, organization, day. Two paths that differ
  ///   anywhere give unrelated numbers, so each day can be generated alone.
  init(_ path: UInt64...) {
    state = 0x9e37_79b9_7f4a_7c15
    for part in path { state = Self.mix(state ^ Self.mix(part &+ 0xd1b5_4a32_d192_ed03)) }
  }

  /// SplitMix64's finalizer: spreads every input bit over the whole word.
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// FNV-1a of a text, for use as a part of a path or as a fingerprint.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  mutating func next() -> UInt64 {
    state = state &+ 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// A number from 0 up to but not including `bound`; 0 where the bound is not positive.
  mutating func below(_ bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// True in `times` of `total` cases.
  mutating func chance(_ times: Int, in total: Int) -> Bool { below(total) < times }

  /// A count spread evenly over its orders of magnitude, below 2 to the power of `bits`: most are small,
  /// few are large, as with real traffic.
  mutating func magnitude(bits: Int) -> Int64 {
    let top = 1 << (1 + below(bits))
    return Int64(top / 2 + below(top / 2 + 1))
  }

  /// An identifier as the API writes them: a prefix and letters and digits.
  mutating func identifier(_ prefix: String, length: Int = 24) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let tail = (0..<length).map { _ in alphabet[below(alphabet.count)] }
    return prefix + String(decoding: tail, as: UTF8.self)
  }
}

/// Numbers pairs of numbers in the order in which they are first seen.
///
/// Hot path: a day's rows have few different pairs; finding one is a multiplication and, nearly always, one comparison.
struct PairNumbers: Sendable {
  /// A pair, by its number.
  private(set) var pairs: [(first: Int32, second: Int32)] = []
  /// Open addressing: numbers at the places their hashes lead to, -1 where there is none.
  private var places: [Int32] = Array(repeating: -1, count: 256)

  /// The number of a pair, a new one if it has not been seen.
  mutating func number(of first: Int32, _ second: Int32) -> Int32 {
    var place = Self.hash(first, second) & (places.count - 1)
    while places[place] >= 0 {
      let known = pairs[Int(places[place])]
      if known.first == first, known.second == second { return places[place] }
      place = (place + 1) & (places.count - 1)
    }
    let number = Int32(pairs.count)
    pairs.append((first, second))
    places[place] = number
    if pairs.count * 2 > places.count { spread() }
    return number
  }

  private mutating func spread() {
    places = Array(repeating: -1, count: places.count * 4)
    for (number, pair) in pairs.enumerated() {
      var place = Self.hash(pair.first, pair.second) & (places.count - 1)
      while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = Int32(number)
    }
  }

  private static func hash(_ first: Int32, _ second: Int32) -> Int {
    let word = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    let product = (word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return Int(truncatingIfNeeded: (product.high ^ product.low) >> 1)
  }
}

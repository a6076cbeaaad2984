import Glibc

/// Numbers texts in the order in which they are first seen: what repeats in many rows is kept once.
///
/// Hot path: texts come as bytes, and most of them have been seen; neither hashing nor comparing makes a string.
package struct TextNumbers: Sendable {
  package private(set) var texts: [String] = []
  /// All texts one after the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: numbers at the places their hashes lead to, -1 where there is none.
  private var places: [Int32] = Array(repeating: -1, count: 64)

  package init() {}

  /// The text behind a number, nil for one that stands for none.
  package subscript(number: Int32) -> String? { number < 0 ? nil : texts[Int(number)] }

  /// The number of a text, a new one if it has not been seen.
  package mutating func number(of text: UnsafeBufferPointer<UInt8>) -> Int32 {
    var place = Self.hash(text) & (places.count - 1)
    while places[place] >= 0 {
      if equals(places[place], text) { return places[place] }
      place = (place + 1) & (places.count - 1)
    }
    let number = Int32(texts.count)
    texts.append(String(decoding: text, as: UTF8.self))
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    places[place] = number
    if texts.count * 2 > places.count { spread() }
    return number
  }

  package mutating func number(of text: String) -> Int32 {
    var text = text
    return text.withUTF8 { number(of: $0) }
  }

  /// The number of a text that was seen, else nil.
  func known(_ text: String) -> Int32? {
    var text = text
    return text.withUTF8 { text in
      var place = Self.hash(text) & (places.count - 1)
      while places[place] >= 0 {
        if equals(places[place], text) { return places[place] }
        place = (place + 1) & (places.count - 1)
      }
      return nil
    }
  }

  private func equals(_ number: Int32, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = number == 0 ? 0 : ends[Int(number) - 1]
    guard ends[Int(number)] - start == text.count else { return false }
    guard let other = text.baseAddress else { return true }
    return bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { memcmp($0 + start, other, text.count) == 0 } ?? true
    }
  }

  private mutating func spread() {
    places = Array(repeating: -1, count: places.count * 4)
    for number in texts.indices {
      let range = (number == 0 ? 0 : ends[number - 1])..<ends[number]
      var place = bytes.withUnsafeBufferPointer {
        Self.hash(UnsafeBufferPointer(rebasing: $0[range])) & (places.count - 1)
      }
      while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = Int32(number)
    }
  }

  /// Eight bytes at a time, multiplied and folded; spread well enough for ids, and nothing depends on its value.
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = UInt64(truncatingIfNeeded: text.count) &* multiplier
    guard let base = text.baseAddress else { return 0 }
    var index = 0
    func mix(_ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: multiplier)
      hash = product.high ^ product.low
    }
    while index + 8 <= text.count {
      mix(UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      index += 8
    }
    var tail: UInt64 = 0
    while index < text.count {
      tail = tail << 8 | UInt64(base[index])
      index += 1
    }
    mix(tail)
    return Int(truncatingIfNeeded: hash >> 1)
  }
}

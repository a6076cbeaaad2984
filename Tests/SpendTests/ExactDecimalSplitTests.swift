import Testing

@testable import Spend

@Suite struct ExactDecimalSplitTests {
  /// Values and weights as they occur, and some that do not fit 128 bits.
  private func cases() throws -> [(value: ExactDecimal, weights: [ExactDecimal])] {
    var source = SplitMix(state: 20_261_123)
    var cases: [(ExactDecimal, [ExactDecimal])] = []
    for round in 0..<4_000 {
      let exponent = -Int(source.next() % 37)
      let digits = Int128(source.next() >> (source.next() % 64))
      let sign: Int128 = source.next() % 3 == 0 ? -1 : 1
      var value = ExactDecimal(significand: sign * digits, exponent: exponent)
      if round % 50 == 0 { value = value * value * value }
      let scale = source.next() % 60
      let weights = (0...Int(source.next() % 9)).map { _ in
        source.next() % 5 == 0
          ? 0 : ExactDecimal(significand: Int128(source.next() >> scale), exponent: round % 7 == 0 ? -3 : 0)
      }
      cases.append((value, weights))
    }
    let far = try ["1E6111", "1E-6176", "3"].map { try ExactDecimal($0) }
    cases += [(1, far), (far[0], far), (far[1], [1, 1, 1]), (far[0] + far[1], [1, 2])]
    return cases
  }

  @Test func partsSumToTheValueExactly() throws {
    for (value, weights) in try cases() {
      guard let parts = value.split(by: weights) else {
        let isNothing = weights.allSatisfy(\.isZero)
        #expect(isNothing)
        continue
      }
      #expect(parts.count == weights.count)
      #expect(parts.reduce(0, +) == value, "\(value) by \(weights)")
      #expect(parts == value.split(by: weights))
      #expect(parts.map { -$0 } == (-value).split(by: weights))
      for (part, weight) in zip(parts, weights) {
        #expect(!weight.isZero || part.isZero)
        #expect(part.isZero || part.isNegative == value.isNegative)
      }
    }
  }

  @Test func theElementAtAPlaceIsThatOfTheSortedArray() {
    var source = SplitMix(state: 8)
    for count in 1...60 {
      for range: UInt64 in [1, 3, 100, .max] {
        let elements = (0..<count).map { _ in source.next() % range }
        for shape in [elements, elements.sorted(), elements.sorted().reversed()] {
          #expect(shape.indices.map { shape.element(sortedAt: $0) } == elements.sorted())
        }
      }
    }
  }

  /// Weights that fit 64 bits, the same times 2^40 and 2^90: three ways of dividing, one result.
  @Test func theWidthOfTheWeightsDoesNotMatter() throws {
    var source = SplitMix(state: 7)
    for round in 0..<2_000 {
      let value = ExactDecimal(
        significand: Int128(source.next() >> (source.next() % 60)), exponent: -Int(source.next() % 20))
      let weights = (0...Int(source.next() % 30)).map { _ in
        source.next() % 6 == 0 ? 0 : UInt128(source.next() >> (30 + source.next() % 30))
      }
      let places = [0, 12, 25][round % 3]
      let narrow = value.split(by: weights, decimalPlaces: places)
      for shift: UInt128 in [40, 90] {
        #expect(
          value.split(by: weights.map { $0 << shift }, decimalPlaces: places) == narrow,
          "\(value) by \(weights)")
      }
    }
  }

  @Test func aLargerWeightNeverGetsASmallerPart() throws {
    for (value, weights) in try cases() {
      for places in [nil, 0, 2] {
        guard let parts = value.split(by: weights, decimalPlaces: places) else { continue }
        let order = weights.indices.sorted {
          weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1
        }
        for (larger, smaller) in zip(order, order.dropFirst()) {
          #expect(parts[larger].magnitude >= parts[smaller].magnitude, "\(value) by \(weights)")
        }
      }
    }
  }

  /// Every part lies within one quantum of its exact share, and the smallest has 12 significant digits.
  @Test func partsAreGoodToTwelveDigits() throws {
    let bound = ExactDecimal(significand: 1, exponent: -11)
    for (value, weights) in try cases() {
      guard let parts = value.split(by: weights), !value.isZero else { continue }
      let total = weights.reduce(0, +)
      for (part, weight) in zip(parts, weights) where !weight.isZero {
        // |part × total − value × weight| < 10^-11 × value × weight, without a division.
        let exact = value * weight
        #expect((part * total - exact).magnitude <= (exact * bound).magnitude, "\(value) by \(weights)")
      }
    }
  }

  @Test func splitsInStatedUnits() throws {
    let ten: ExactDecimal = 10
    #expect(ten.split(by: [1, 1, 1], decimalPlaces: 0) == [4, 3, 3])
    #expect(
      ten.split(by: [1, 1, 1], decimalPlaces: 2) == [
        try ExactDecimal("3.34"), try ExactDecimal("3.33"), try ExactDecimal("3.33"),
      ])
    #expect((-ten).split(by: [1, 1, 1], decimalPlaces: 0) == [-4, -3, -3])
    // The value's own last place is finer than whole units.
    #expect(
      try ExactDecimal("0.5").split(by: [1, 4], decimalPlaces: 0) == [
        ExactDecimal("0.1"), ExactDecimal("0.4"),
      ])
    #expect(ten.split(by: [UInt64.max, UInt64.max]) == [5, 5])
    #expect(try ten.split(by: [1, 2]) == [ExactDecimal("3.33333333333"), ExactDecimal("6.66666666667")])
  }

  @Test func refusesWeightsThatShareNothing() {
    let one: ExactDecimal = 1
    #expect(one.split(by: [ExactDecimal]()) == nil)
    #expect(one.split(by: [0, 0]) == nil)
    #expect(one.split(by: [2, -1]) == nil)
    #expect(ExactDecimal.zero.split(by: [1, 2]) == [0, 0])
  }
}

/// A small random source with a seed: every run sees the same cases.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

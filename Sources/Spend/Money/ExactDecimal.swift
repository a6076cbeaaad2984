internal import BigInt

/// An exact base-10 number, significand × 10^exponent: the type of every amount, quantity and price.
///
/// Sums, differences and products are exact whatever their size (promise 1: no cent is lost, invented or
/// rounded); only ``divided(by:significantDigits:)`` rounds. Equality, order and hash go by value:
/// `1.0 == 1.00`. There is one zero, without a sign.
///
/// Significands of up to 38 digits live in an `Int128`, without allocation; only what does not fit there
/// falls back to a big integer.
public struct ExactDecimal: Sendable {
  enum Storage: Sendable {
    /// Significand and exponent. Trailing zeros are allowed, zero is always `(0, 0)`.
    case compact(Int128, Int)
    /// A significand that does not fit an `Int128`, and its exponent.
    indirect case wide(BigInt, Int)
  }

  var storage: Storage

  /// significand × 10^exponent.
  public init(significand: Int128, exponent: Int) {
    storage = .compact(significand, significand == 0 ? 0 : exponent)
  }

  init(wide significand: BigInt, exponent: Int) {
    if let small = Int128(narrowing: significand) {
      self.init(significand: small, exponent: exponent)
    } else {
      self.init(storage: .wide(significand, exponent))
    }
  }

  private init(storage: Storage) { self.storage = storage }

  /// A whole number of any width.
  public init(_ value: some BinaryInteger) {
    if let small = Int128(exactly: value) {
      self.init(significand: small, exponent: 0)
    } else {
      self.init(wide: BigInt(value), exponent: 0)
    }
  }

  /// 0.
  public static let zero = ExactDecimal(significand: 0, exponent: 0)

  /// Whether the value is 0.
  public var isZero: Bool {
    if case .compact(0, _) = storage { return true }
    return false
  }

  /// Whether the value is below 0.
  public var isNegative: Bool {
    switch storage {
    case .compact(let significand, _): significand < 0
    case .wide(let significand, _): significand.sign == .minus
    }
  }

  /// The value without its sign.
  public var magnitude: ExactDecimal { isNegative ? -self : self }

  /// Whether the value has no fraction: `12.00` has none.
  public var isInteger: Bool {
    switch storage {
    case .compact(_, 0...), .wide(_, 0...): true
    default: lastPlace >= 0
    }
  }

  /// The exponent of the last digit that is not 0: −2 for `12.50E-1`, 3 for `7000`, 0 for 0.
  var lastPlace: Int {
    switch canonical.storage {
    case .compact(_, let exponent), .wide(_, let exponent): exponent
    }
  }

  /// The exponent of the first digit that is not 0: 1 for `12.5`, −3 for `0.0036`, 0 for 0.
  var firstPlace: Int {
    switch storage {
    case .compact(0, _): 0
    case .compact(let significand, let exponent):
      PowersOfTen.digitCount(significand.magnitude) + exponent - 1
    case .wide(let significand, let exponent):
      PowersOfTen.digitCount(significand.magnitude) + exponent - 1
    }
  }

  /// The same value without trailing zeros in the significand: one form for each value.
  var canonical: ExactDecimal {
    switch storage {
    case .compact(let significand, let exponent):
      let (stripped, zeros) = PowersOfTen.strippingZeros(significand.magnitude)
      guard zeros > 0, let magnitude = Int128(exactly: stripped) else { return self }
      return ExactDecimal(significand: significand < 0 ? -magnitude : magnitude, exponent: exponent + zeros)
    case .wide(let significand, let exponent):
      let (stripped, zeros) = PowersOfTen.strippingZeros(significand.magnitude)
      return ExactDecimal(
        wide: BigInt(sign: significand.sign, magnitude: stripped), exponent: exponent + zeros)
    }
  }

  /// Significand and exponent for arithmetic beyond 128 bits.
  var bigParts: (significand: BigInt, exponent: Int) {
    switch storage {
    case .compact(let significand, let exponent): (BigInt(significand), exponent)
    case .wide(let significand, let exponent): (significand, exponent)
    }
  }
}

extension ExactDecimal: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int64) { self.init(significand: Int128(value), exponent: 0) }
}

extension ExactDecimal: Hashable {
  public func hash(into hasher: inout Hasher) {
    switch canonical.storage {
    case .compact(let significand, let exponent):
      hasher.combine(significand)
      hasher.combine(exponent)
    case .wide(let significand, let exponent):
      hasher.combine(significand)
      hasher.combine(exponent)
    }
  }
}

/// What a decimal column measures, which decides how many digits it needs.
enum DecimalKind {
  /// Money: never rounded (promise 1).
  case amount
  /// Consumed or priced units: never rounded.
  case quantity
  /// A quotient, which is rounded to 34 significant digits where it is made (DESIGN C5).
  case unitPrice

  init(_ column: Column) {
    if column.rawValue.hasSuffix("UnitPrice") {
      self = .unitPrice
    } else if column.rawValue.hasSuffix("Quantity") {
      self = .quantity
    } else {
      self = .amount
    }
  }
}

/// The decimal types of a dialect.
enum DecimalForm: Sendable {
  /// Any number of digits.
  case unlimited(type: String)
  /// Precision and scale are fixed by the type.
  case fixed(type: String, scale: Int)
  /// `DECIMAL(38, scale)`, with a scale for each kind.
  case scaled(type: String)

  /// Ten digits before the point: sums up to 9,999,999,999.
  static let defaultAmountScale = 28
  /// Eighteen digits before the point.
  static let quantityScale = 20

  var amountScale: Int? {
    switch self {
    case .unlimited: nil
    case .fixed(_, let scale): scale
    case .scaled: Self.defaultAmountScale
    }
  }

  /// At least the digits of a cent, and of a thousand.
  var amountScales: ClosedRange<Int>? {
    if case .scaled = self { return 2...35 }
    return nil
  }

  /// - Parameter amountScale: chosen by the user for amounts and unit prices.
  func scale(_ kind: DecimalKind, amountScale: Int?) -> Int? {
    switch self {
    case .unlimited: nil
    case .fixed(_, let scale): scale
    case .scaled: kind == .quantity ? Self.quantityScale : amountScale ?? Self.defaultAmountScale
    }
  }

  func type(_ kind: DecimalKind, amountScale: Int?) -> String {
    switch self {
    case .unlimited(let type), .fixed(let type, _): type
    case .scaled(let type):
      "\(type)(38, \(scale(kind, amountScale: amountScale) ?? Self.defaultAmountScale))"
    }
  }
}

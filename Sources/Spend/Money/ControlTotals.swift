/// Exact sums of amounts, one for each currency: what proves that no cent was lost (promise 1).
///
/// Currencies are never added together (DESIGN C3). Two totals are equal where every currency has the
/// same sum in both; a currency that one of them has not seen counts as 0.
public struct ControlTotals: Sendable {
  /// Sorted by code. Nearly always one entry, so that looking it up is one comparison.
  private var sums: [(currency: Currency, amount: ExactDecimal)] = []

  public init() {}

  /// Reads what ``texts`` wrote; nil if a code or an amount is none.
  public init?(texts: [String: String]) {
    for (code, text) in texts {
      guard let currency = try? Currency(parsing: code), let amount = try? ExactDecimal(sum: text) else {
        return nil
      }
      add(amount, currency)
    }
  }

  /// Adds an amount of one currency. An amount of 0 counts as seen.
  public mutating func add(_ amount: ExactDecimal, _ currency: Currency) {
    if sums.count == 1, sums[0].currency == currency {
      sums[0].amount += amount
    } else if let index = sums.firstIndex(where: { $0.currency >= currency }) {
      if sums[index].currency == currency {
        sums[index].amount += amount
      } else {
        sums.insert((currency, amount), at: index)
      }
    } else {
      sums.append((currency, amount))
    }
  }

  /// Adds the sums of `other`, currency by currency.
  public static func += (lhs: inout ControlTotals, rhs: ControlTotals) {
    for (currency, amount) in rhs { lhs.add(amount, currency) }
  }

  /// The sum of one currency, 0 where none was seen.
  public subscript(currency: Currency) -> ExactDecimal {
    sums.first { $0.currency == currency }?.amount ?? .zero
  }

  /// The sums as plain text by code, as manifests have them: `{"USD": "123.45"}`.
  public var texts: [String: String] {
    Dictionary(sums.map { ($0.currency.code, $0.amount.description) }, uniquingKeysWith: { $1 })
  }
}

extension ControlTotals: Sequence {
  /// Currencies from A to Z.
  public func makeIterator() -> IndexingIterator<[(currency: Currency, amount: ExactDecimal)]> {
    sums.makeIterator()
  }
}

extension ControlTotals: Hashable {
  private var nonzero: [(currency: Currency, amount: ExactDecimal)] { sums.filter { !$0.amount.isZero } }

  public static func == (lhs: ControlTotals, rhs: ControlTotals) -> Bool {
    lhs.nonzero.elementsEqual(rhs.nonzero) { $0 == $1 }
  }

  public func hash(into hasher: inout Hasher) {
    for (currency, amount) in nonzero {
      hasher.combine(currency)
      hasher.combine(amount)
    }
  }
}

extension ControlTotals: CustomStringConvertible {
  /// `EUR 2, USD 123.45`, or `none`.
  public var description: String {
    sums.isEmpty ? "none" : sums.map { "\($0.currency) \($0.amount)" }.joined(separator: ", ")
  }
}

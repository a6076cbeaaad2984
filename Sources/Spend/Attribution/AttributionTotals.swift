import Staging

/// How much money was attributed in which way, and what the rest was for (promise 3).
public struct AttributionTotals: Sendable {
  private var methods: [AttributionMethod: ControlTotals] = [:]
  private var unattributed: [String: ControlTotals] = [:]

  public init() {}

  public mutating func add(_ charge: Charge) {
    methods[charge.attribution, default: ControlTotals()].add(charge.amount, charge.currency)
    if charge.attribution == .unattributed {
      unattributed[charge.lineItem ?? "", default: ControlTotals()].add(charge.amount, charge.currency)
    }
  }

  /// Adds money that was attributed in one way.
  mutating func add(_ amount: ExactDecimal, _ currency: Currency, _ method: AttributionMethod) {
    methods[method, default: ControlTotals()].add(amount, currency)
  }

  /// Adds what a partition's record says; what cannot be read adds nothing.
  public mutating func add(_ record: AttributionRecord) {
    for (name, texts) in record.methods {
      guard let method = AttributionMethod(rawValue: name), let totals = ControlTotals(texts: texts) else {
        continue
      }
      methods[method, default: ControlTotals()] += totals
    }
    for (lineItem, texts) in record.unattributed {
      if let totals = ControlTotals(texts: texts) {
        unattributed[lineItem, default: ControlTotals()] += totals
      }
    }
  }

  public var record: AttributionRecord {
    AttributionRecord(
      methods: Dictionary(uniqueKeysWithValues: methods.map { ($0.key.rawValue, $0.value.texts) }),
      unattributed: unattributed.mapValues(\.texts))
  }

  /// Line items with money that nobody is known for, the dearest first.
  public func largestUnattributed(_ count: Int) -> [(lineItem: String, totals: ControlTotals)] {
    func size(_ totals: ControlTotals) -> ExactDecimal { totals.map(\.amount.magnitude).max() ?? 0 }
    return unattributed.map { ($0.key, $0.value) }
      .sorted { (size($1.1), $0.0) < (size($0.1), $1.0) }
      .prefix(count).map { (lineItem: $0.0, totals: $0.1) }
  }
}

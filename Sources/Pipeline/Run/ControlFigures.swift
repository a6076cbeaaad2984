import Diagnostics
import Spend
import Staging

/// The same money, counted at each step of one organization's day (promise 1). Nil for steps not taken.
public struct ControlFigures: Sendable, Hashable {
  public var organization: String
  public var day: Day
  /// The Costs API's own ungrouped total.
  public var api: ControlTotals?
  public var costLines: ControlTotals?
  public var charges: ControlTotals?
  /// BilledCost in the delivery.
  public var delivered: ControlTotals?

  public init(organization: String, day: Day) {
    self.organization = organization
    self.day = day
  }

  /// The steps that were taken, in order.
  public var steps: [(name: String, totals: ControlTotals)] {
    [("API total", api), ("cost lines", costLines), ("charges", charges), ("delivered", delivered)]
      .compactMap { name, totals in totals.map { (name, $0) } }
  }

  /// Whether all steps taken show the same money, currency by currency.
  public var areEqual: Bool {
    guard let first = steps.first else { return true }
    return steps.allSatisfy { $0.totals == first.totals }
  }

  /// - Throws: ``ControlMismatch`` unless all steps are equal.
  public func check() throws {
    let steps = steps
    for (earlier, later) in zip(steps, steps.dropFirst()) where earlier.totals != later.totals {
      throw ControlMismatch(
        organization: organization, day: day,
        expected: (earlier.name, earlier.totals.texts), found: (later.name, later.totals.texts))
    }
  }
}

/// Two steps do not show the same money; nothing is published for the day.
public struct ControlMismatch: RecoverableError {
  public let organization: String
  public let day: Day
  public let expected: (step: String, totals: [String: String])
  public let found: (step: String, totals: [String: String])

  public var recovery: Recovery { .refuseData }
  public var description: String {
    "organization \(organization), \(day): control totals differ: \(expected.step) \(text(expected.totals)), "
      + "\(found.step) \(text(found.totals)); nothing is published for this day. Run again; if it stays, "
      + "the Costs API contradicts itself for this day."
  }

  private func text(_ totals: [String: String]) -> String {
    totals.isEmpty
      ? "none" : totals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: " + ")
  }
}

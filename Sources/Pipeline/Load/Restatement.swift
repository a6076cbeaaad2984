import Spend
import Staging

/// What a day was in the delivery before and what it is now: its money is another one.
///
/// A day that was still open and grew is one, too; ``wasOpen`` tells it from a settled day that changed. A day whose
/// sums stay and whose charges move, because names or usage came later, is none: `unblended diff` shows those.
public struct Restatement: Codable, Sendable, Hashable {
  /// Sums of BilledCost per currency as delivered before.
  public var was: [String: String]
  /// The same now.
  public var now: [String: String]
  public var rowsWas: Int
  public var rowsNow: Int
  /// Whether the day was open when it was delivered before.
  public var wasOpen: Bool
  /// True where the shrink guard would have kept it back and was overruled; else nil.
  public var acceptedShrink: Bool?

  enum CodingKeys: String, CodingKey {
    case was
    case now = "is"
    case rowsWas = "rows_was"
    case rowsNow = "rows_is"
    case wasOpen = "was_open"
    case acceptedShrink = "accepted_shrink"
  }

  /// - Parameter now: the totals that the day has now.
  init(_ before: DeliveredDay, now: [String: String], rows: Int, acceptedShrink: Bool = false) {
    was = before.controlTotals
    self.now = now
    rowsWas = before.rows
    rowsNow = rows
    wasOpen = before.open
    self.acceptedShrink = acceptedShrink ? true : nil
  }

  /// Whether any currency has another sum.
  /// - Throws: ``CorruptFile`` for totals that cannot be read.
  func isChange(in path: String) throws -> Bool {
    try ControlTotals(recorded: was, in: path) != ControlTotals(recorded: now, in: path)
  }

  /// Currency by currency, those that have another sum, from A to Z: `USD 12.5 → 13`.
  public var changes: [(currency: String, was: String, now: String)] {
    Set(was.keys).union(now.keys).sorted().compactMap { currency in
      let (old, new) = (was[currency] ?? "0", now[currency] ?? "0")
      let isSame = ControlTotals(texts: [currency: old]) == ControlTotals(texts: [currency: new])
      return isSame ? nil : (currency, old, new)
    }
  }
}

/// A restated day of one organization, as a run tells it.
public struct RestatedDay: Sendable {
  public let organization: String
  public let day: Day
  public let restatement: Restatement
}

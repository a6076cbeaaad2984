import Diagnostics
import Spend
import Staging

/// Keeps a day that had cost and now has none, or far less, from replacing what was delivered: an API that forgets
/// is likelier than spend that never was.
///
/// Held against each other are the sums per currency of the delivery in place and of the charges made now. Sums of 0
/// and below protect nothing.
struct ShrinkGuard {
  /// Less than this share of the earlier sum, in per cent, is refused; 0 switches the guard off.
  let percent: Int
  let scope: RunScope

  /// Why a day must not replace what was delivered of it; nil where it may.
  /// - Throws: ``CorruptFile`` for totals that cannot be read.
  func refusal(_ input: DayInput, before: DeliveredDay?) throws -> ShrunkDay? {
    accepts(input) ? nil : try shrinking(input, before: before)
  }

  /// Whether the day shrank and is let through because it was asked for.
  func isOverruled(_ input: DayInput, before: DeliveredDay?) throws -> Bool {
    guard accepts(input) else { return false }
    return try shrinking(input, before: before) != nil
  }

  /// `--accept-shrink` holds for the days and organizations of the call, not for the whole month.
  private func accepts(_ input: DayInput) -> Bool {
    scope.acceptsShrink && scope.covers(input.organization.name, input.day)
  }

  private func shrinking(_ input: DayInput, before: DeliveredDay?) throws -> ShrunkDay? {
    guard percent > 0, let before else { return nil }
    let was = try ControlTotals(recorded: before.controlTotals, in: Layout.manifest(input.day.month))
    let now = try ControlTotals(recorded: input.record.controlTotals, in: input.folder) ?? ControlTotals()
    let shrunk = (was ?? ControlTotals()).filter { currency, amount in
      amount > .zero && now[currency] * 100 < amount * ExactDecimal(percent)
    }
    if shrunk.isEmpty { return nil }
    return ShrunkDay(
      organization: input.organization.name, day: input.day,
      sums: shrunk.map { "\($0.currency) \($0.amount) to \(now[$0.currency])" }, percent: percent,
      restatement: Restatement(
        before, now: input.record.controlTotals ?? [:], rows: input.record.rows))
  }
}

/// A day lost most of its cost since it was delivered; what was delivered of it stays.
struct ShrunkDay: RecoverableError {
  let organization: String
  let day: Day
  /// What it was and what it would be, currency by currency.
  let sums: [String]
  let percent: Int
  /// What the day would be.
  let restatement: Restatement

  var recovery: Recovery { .refuseData }
  var description: String {
    "organization \(organization), \(day): the delivered cost would shrink from \(sums.joined(separator: ", from ")), "
      + "less than \(percent) % of it; the day stays as it was delivered. If the new sum is right, run with "
      + "--org \(organization) --from \(day) --to \(day.next) --accept-shrink"
  }
}

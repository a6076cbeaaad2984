import Spend
import Staging

/// What somebody who signs a month should know of its days, whether or not anything differs.
struct DayNotes {
  let days: [DayMoney]
  let today: Day

  /// What holds whatever the currency: days that nobody knows the money of.
  func lines(_ organization: String) -> [Reconciliation.Line] {
    var lines: [Reconciliation.Line] = []
    for run in DayRange.runs(days.filter { $0.isMissing && $0.day < today }.map(\.day)) {
      let call = "unblended run --org \(organization) --from \(run.from) --to \(run.to)"
      lines.append(.init(.missingDay, days: run, keepsOpen: true, "\(run.text) was never fetched: \(call)"))
    }
    for run in DayRange.runs(days.filter { $0.isMissing && $0.day >= today }.map(\.day)) {
      lines.append(.init(.futureDays, days: run, "\(run.text) is not over or not fetched yet"))
    }
    for run in DayRange.runs(days.filter(\.isControlledByCSV).map(\.day)) {
      lines.append(
        .init(
          .csvControl, .api, days: run,
          "\(run.text) has no total of the API: the sum of the CSV it was imported from stands in"))
    }
    return lines
  }

  /// What has an amount in one currency.
  func lines(_ currency: Currency) -> [Reconciliation.Line] {
    var lines: [Reconciliation.Line] = []
    func money(_ run: DayRange) -> ExactDecimal {
      days.filter { run.contains($0.day) }.reduce(.zero) { sum, day in
        sum + ((day.delivered?.totals ?? day.charges ?? day.api)?[currency] ?? .zero)
      }
    }
    for run in DayRange.runs(days.filter(\.isOpen).map(\.day)) {
      lines.append(
        .init(.openDays, days: run, amount: money(run), "\(run.text) is open: late usage may still change it")
      )
    }
    for run in DayRange.runs(days.filter { $0.degraded != nil }.map(\.day)) {
      let missing = Set(days.filter { run.contains($0.day) }.flatMap { $0.degraded ?? [] }).sorted()
      lines.append(
        .init(
          .degradedDays, days: run, amount: money(run),
          "\(run.text) was made without \(missing.joined(separator: ", ")): attribution is incomplete, the "
            + "money is not"))
    }
    func sum(_ part: KeyPath<DeliveredMoneyOfDay, ControlTotals>) -> ExactDecimal {
      days.compactMap(\.delivered).reduce(.zero) { $0 + $1[keyPath: part][currency] }
    }
    let credits = sum(\.credits)
    if !credits.isZero {
      lines.append(.init(.creditCharges, amount: credits, "charges below 0 among those delivered"))
    }
    let rows = days.compactMap(\.delivered)
      .filter { $0.withoutProject.contains { $0.currency == currency } }
      .reduce(0) { $0 + $1.rowsWithoutProject }
    if rows > 0 {
      lines.append(
        .init(
          .withoutProject, amount: sum(\.withoutProject),
          "charges of the organization as a whole, without a project; totals by project leave them out"))
    }
    return lines
  }
}

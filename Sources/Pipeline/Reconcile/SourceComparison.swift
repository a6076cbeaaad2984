import Spend
import Staging

/// Holds one source of a month against another, day by day, in one currency.
struct SourceComparison {
  let days: [DayMoney]
  let currency: Currency
  let tolerance: ExactDecimal

  /// The figure of a source, and the days that make its difference.
  func compare(_ source: ReconciledSource) -> (Reconciliation.Figure, [Reconciliation.Line]) {
    let total = total(of: source)
    guard let reference = source.reference else {
      return (.init(source: source, total: total, difference: nil, unexplained: nil), [])
    }
    guard let total, let expected = self.total(of: reference) else {
      // Days that no source has are told of for themselves.
      let isTold = total == nil && self.total(of: reference) == nil
      let lines =
        isTold
        ? []
        : [
          Reconciliation.Line(
            .missingDay, total == nil ? source : reference, keepsOpen: true,
            Self.absent(total == nil ? source : reference))
        ]
      return (.init(source: source, total: total, difference: nil, unexplained: nil), lines)
    }
    var lines = days.compactMap { line(source, reference, $0) }
    let difference = total - expected
    let explained = lines.reduce(ExactDecimal.zero) { $0 + ($1.amount ?? .zero) }
    if !lines.contains(where: \.keepsOpen), difference.magnitude > tolerance {
      // Each day is within the tolerance, all of them together are not.
      lines.append(
        .init(
          .unexplained, source, keepsOpen: true,
          "the days' differences add up to \(difference), more than \(tolerance)"))
    }
    return (
      .init(source: source, total: total, difference: difference, unexplained: difference - explained), lines
    )
  }

  private func total(of source: ReconciledSource) -> ExactDecimal? {
    let known = days.compactMap { $0[source]?[currency] }
    return known.isEmpty ? nil : known.reduce(.zero, +)
  }

  private func line(_ source: ReconciledSource, _ reference: ReconciledSource, _ day: DayMoney)
    -> Reconciliation.Line?
  {
    let (found, expected) = (day[source]?[currency], day[reference]?[currency])
    let range = DayRange(from: day.day, to: day.day.next)
    switch (found, expected) {
    case (nil, nil): return nil
    case (nil, let expected?):
      // The dashboard may leave out days without cost.
      if source == .dashboard, expected.isZero { return nil }
      return .init(
        .missingDay, source, days: range, amount: -expected, keepsOpen: true,
        "\(day.day) is not in \(Self.name(source)): \(Self.mend(source, day))")
    case (let found?, nil):
      if source == .dashboard, found.isZero { return nil }
      return .init(
        .missingDay, source, days: range, amount: found, keepsOpen: true,
        "\(day.day) is not in \(Self.name(reference)): \(Self.mend(reference, day))")
    case (let found?, let expected?):
      let difference = found - expected
      if difference.isZero { return nil }
      return .init(
        .dayDiffers, source, days: range, amount: difference, keepsOpen: difference.magnitude > tolerance,
        "\(day.day): \(Self.name(source)) \(found), \(Self.name(reference)) \(expected); "
          + Self.mend(source, day))
    }
  }

  private static func name(_ source: ReconciledSource) -> String {
    switch source {
    case .api: "the API's total"
    case .costLines: "the cost lines"
    case .charges: "the charges"
    case .delivered: "the delivery"
    case .dashboard: "the dashboard's CSV"
    case .invoice: "the invoice"
    }
  }

  private static func absent(_ source: ReconciledSource) -> String {
    switch source {
    case .api, .costLines: "raw/ has nothing of \(name(source)) for this month"
    case .charges: "normalized/ has no day of this month"
    case .delivered: "there is no delivery of this month"
    case .dashboard, .invoice: "\(name(source)) has no day of this month"
    }
  }

  private static func mend(_ source: ReconciledSource, _ day: DayMoney) -> String {
    let window = "--from \(day.day) --to \(day.day.next)"
    switch source {
    case .api, .costLines: return "unblended run \(window) fetches it again"
    case .charges: return "normalize \(window) makes it again"
    case .delivered:
      return day.isKeptBack
        ? "the delivery is kept as it was by the shrink guard, see docs/operations.md"
        : "load \(window) delivers it"
    case .dashboard: return "exports may lag behind: download it again"
    case .invoice: return ""
    }
  }
}

import Diagnostics
import Spend
import Staging

/// Sets side by side what each source says that an organization's month came to, and explains the differences.
///
/// It reads only. What the pipeline's files say is checked against their records first: a damaged file is an error
/// and not a difference.
public struct Reconciler: Sendable {
  private let store: any Store
  private let month: Month
  private let today: Day
  private let tolerance: ExactDecimal

  /// - Parameter today: days from then on are not over, and not missing.
  public init(store: any Store, month: Month, today: Day, tolerance: ExactDecimal) {
    self.store = store
    self.month = month
    self.today = today
    self.tolerance = tolerance
  }

  /// - Parameters:
  ///   - dashboards: by organization name.
  ///   - invoices: of any month; nil where there is nothing to compare with.
  /// - Throws: ``CorruptFile``; ``RefusedExport``; what the store throws.
  public func run(
    _ organizations: [OrganizationConfiguration], dashboards: [String: DashboardExport],
    invoices: InvoiceFile?
  ) async throws -> Reconciliation {
    let reader = MonthReader(store: store, month: month)
    let delivery = try await reader.delivery()
    var result = Reconciliation(month: month, tolerance: tolerance)
    for organization in organizations {
      var days = try await reader.days(of: organization.name, delivery)
      var outside = 0
      let export = dashboards[organization.name]
      if let export {
        let costs = try ExportReader(path: export.path, organization: organization).read(export.content)
        for index in days.indices { days[index].dashboard = costs.days[days[index].day]?.totals }
        outside = costs.days.keys.count { !month.days.contains($0) }
      }
      let mine = invoices?.invoices.filter { $0.organization == organization.name && $0.month == month }
      result.organizations.append(
        account(organization, days, hasDashboard: export != nil, outside: outside, mine))
    }
    return result
  }

  private func account(
    _ organization: OrganizationConfiguration, _ days: [DayMoney], hasDashboard: Bool, outside: Int,
    _ invoices: [Invoice]?
  ) -> Reconciliation.Organization {
    var result = Reconciliation.Organization(name: organization.name, id: organization.id)
    result.lines = DayNotes(days: days, today: today).lines(organization.name)
    if outside > 0 {
      result.lines.append(
        .init(
          .otherDays, .dashboard, "the dashboard's CSV has \(outside) days outside of \(month); left out"))
    }
    var currencies = Set(invoices?.map(\.currency) ?? [])
    for day in days {
      for source in ReconciledSource.allCases {
        for (currency, _) in day[source] ?? ControlTotals() { currencies.insert(currency) }
      }
    }
    for currency in currencies.sorted() {
      var account = Reconciliation.Account(currency: currency)
      let comparison = SourceComparison(days: days, currency: currency, tolerance: tolerance)
      for source in ReconciledSource.allCases
      where source != .invoice && (source != .dashboard || hasDashboard) {
        let (figure, lines) = comparison.compare(source)
        account.figures.append(figure)
        account.lines += lines
      }
      account.lines += DayNotes(days: days, today: today).lines(currency)
      if let invoices {
        let (figure, lines) = InvoiceComparison(
          currency: currency, tolerance: tolerance, days: days,
          invoices: invoices.filter { $0.currency == currency }
        ).compare()
        account.figures.append(figure)
        account.lines += lines
      }
      result.accounts.append(account)
    }
    return result
  }
}

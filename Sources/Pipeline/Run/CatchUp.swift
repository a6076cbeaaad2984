import Diagnostics
import Spend
import Staging

/// Where a run without `--from` and `--to` begins.
///
/// The look-back alone would forget a day for ever once the scheduler was off for longer: days that were never
/// delivered, were left open, or were made without some of their datasets are taken up again until they are settled
/// and whole.
public struct CatchUp: Sendable {
  private let store: any Store
  private let diagnostics: DiagnosticsCollector
  private let deliveredDays: SealedReader<DeliveredDays>

  /// OpenAI keeps about one year; days before are out of reach.
  private static let reachableDays = 350
  /// For so many days before the window names are waited for by trying again: an outage of the lists ends.
  private static let patience = 10

  public init(store: any Store, diagnostics: DiagnosticsCollector) {
    self.store = store
    self.diagnostics = diagnostics
    deliveredDays = SealedReader(store)
  }

  init(_ context: StageContext) {
    store = context.store
    diagnostics = context.diagnostics
    deliveredDays = context.deliveredDays
  }

  /// The scope, begun at the oldest day that is missing, open or degraded in the deliveries since the first day
  /// that was ever delivered of an organization.
  public func extended(_ scope: RunScope) async throws -> RunScope {
    var delivered: [String: [Day: Bool]] = [:]
    let months = Self.reachableMonths(scope.today)
    for month in try await concurrentMap(months, { try await organizations($0) }) {
      for (name, organization) in month {
        for (date, day) in organization.days {
          guard let date = Day(date) else { continue }
          var isDone = day.isFinished
          if !isDone { isDone = try await waitsForNames(day, date, name, scope) }
          delivered[name, default: [:]][date] = isDone
        }
      }
    }
    let earliest = scope.today.advanced(by: -Self.reachableDays)
    let unfinished = scope.organizations.compactMap { organization -> Day? in
      let days = delivered[organization.name] ?? [:]
      guard let first = days.keys.min() else { return nil }
      return DayRange(from: max(first, earliest), to: scope.window.from).first { days[$0] != true }
    }
    guard let start = unfinished.min() else { return scope }
    diagnostics.report(
      Diagnostic(
        kind: "days_caught_up",
        message:
          "the run begins at \(start) and not at \(scope.window.from): days since then are missing, open or degraded"
      ))
    var extended = scope
    extended.window = DayRange(from: start, to: scope.window.to)
    return extended
  }

  /// Whether a day of some time ago lacks names only, and no list of them has come since: fetching it again would not
  /// help. A key that may not read the lists must not have every run begin a year back.
  private func waitsForNames(
    _ day: DeliveredDays.Progress, _ date: Day, _ organization: String, _ scope: RunScope
  ) async throws -> Bool {
    guard let degraded = day.degraded, !day.open, day.refused == nil,
      date < scope.window.from.advanced(by: -Self.patience),
      degraded.allSatisfy(NameBookReader.datasets.contains)
    else { return false }
    let missing = try await ListedNames(store, organization: organization, today: scope.today)
      .missing(on: date)
    return degraded.contains(where: missing.contains)
  }

  private static func reachableMonths(_ today: Day) -> [Month] {
    var months = [today.advanced(by: -reachableDays).month]
    while let last = months.last, last < today.month { months.append(last.end.month) }
    return months
  }

  private func organizations(_ month: Month) async throws -> [String: DeliveredDays.Organization] {
    let key = Layout.manifest(month)
    // What cannot be read is as good as missing: its days are made and delivered again.
    do { return try await deliveredDays.read(key)?.organizations ?? [:] } catch is CorruptFile { return [:] }
  }
}

import Staging

/// What a run covers where the call names it partition by partition.
public struct PartitionScope: Sendable, Hashable {
  /// Each once, in order.
  public let partitions: [RunPartition]
  private let days: [String: [Day]]
  private let names: Set<String>

  public init(_ partitions: some Sequence<RunPartition>) {
    self.partitions = Set(partitions).sorted()
    days = Dictionary(grouping: self.partitions.filter { $0.day != nil }, by: \.organization)
      .mapValues { $0.compactMap(\.day) }
    names = Set(self.partitions.filter { $0.day == nil }.map(\.organization))
  }

  var organizations: Set<String> { Set(partitions.map(\.organization)) }

  /// In order.
  func days(of organization: String) -> [Day] { days[organization] ?? [] }

  func coversNames(of organization: String) -> Bool { names.contains(organization) }

  /// The days from the first to the last of any organization; none where only names are covered.
  func window(today: Day) -> DayRange {
    let all = days.values.joined()
    guard let first = all.min(), let last = all.max() else { return DayRange(from: today, to: today) }
    return DayRange(from: first, to: last.next)
  }
}

extension RunScope {
  /// Exactly these partitions.
  /// - Parameter organizations: all that are configured.
  public init(_ partitions: PartitionScope, of organizations: [OrganizationConfiguration], today: Day) {
    let names = partitions.organizations
    self.init(
      window: partitions.window(today: today),
      organizations: organizations.filter { names.contains($0.name) },
      today: today)
    self.partitions = partitions
  }

  /// The days covered of one organization, in order.
  func days(of organization: String) -> [Day] {
    partitions?.days(of: organization) ?? Array(window)
  }

  /// The same as contiguous stretches, newest first.
  func windows(of organization: String) -> [DayRange] {
    partitions.map { DayPlan.windows($0.days(of: organization), limit: .max) } ?? [window]
  }

  /// Whether the organization's names are brought up to date, and not only looked up.
  func coversNames(of organization: String) -> Bool {
    partitions?.coversNames(of: organization) ?? organizations.contains { $0.name == organization }
  }

  func covers(_ organization: String, _ day: Day) -> Bool {
    partitions?.days(of: organization).contains(day)
      ?? (window.contains(day) && organizations.contains { $0.name == organization })
  }

  /// The billing months of all days covered, in order.
  var months: [Month] {
    let all = partitions.map { $0.partitions.compactMap { $0.day?.month } } ?? window.map(\.month)
    return Set(all).sorted()
  }
}

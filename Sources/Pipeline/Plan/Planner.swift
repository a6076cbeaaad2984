import OpenAIAdmin
import Staging

/// Finds what a run over the same scope would do, and does nothing.
///
/// All partitions of extract in any order, then all of normalize, then one load give the bytes of that run. It reads
/// the store and no API; what is planned depends on the day, as the run itself does.
public struct Planner: Sendable {
  private let configuration: Configuration
  private let context: StageContext

  public init(configuration: Configuration, context: StageContext) {
    self.configuration = configuration
    self.context = context
  }

  /// - Parameters:
  ///   - stages: whose partitions are asked for; others are left empty.
  ///   - catchesUp: whether the run would begin earlier where older days are not finished.
  /// - Throws: a store that refuses.
  public func plan(_ scope: RunScope, stages: [Stage] = Stage.allCases, catchesUp: Bool) async throws
    -> PartitionPlan
  {
    var scope = scope
    if catchesUp {
      scope = try await CatchUp(context).extended(scope)
    }
    let today = scope.today
    // Of days to come there is nothing yet.
    let days = scope.window.filter { $0 <= today }
    let names = scope.organizations.map { RunPartition(organization: $0.name, day: nil) }
    let all = scope.organizations.flatMap { organization in
      days.map { RunPartition(organization: organization.name, day: $0) }
    }
    var due: [RunPartition] = []
    if stages.contains(.extract) {
      due = try await concurrentMap(scope.organizations) { organization in
        try await dueDays(organization.name, days, today: today).map {
          RunPartition(organization: organization.name, day: $0)
        }
      }.flatMap(\.self)
    }
    return PartitionPlan(
      extract: stages.contains(.extract) ? (names + due).sorted() : [],
      normalize: stages.contains(.normalize) ? (names + all).sorted() : [],
      load: stages.contains(.load) ? all.sorted() : [])
  }

  /// The days of which extract would fetch something.
  private func dueDays(_ organization: String, _ days: [Day], today: Day) async throws -> [Day] {
    let plan = DayPlan(today: today, configuration.extract)
    let writer = RawWriter(partitions: context.partitions, organization: organization, plan: plan)
    // One listing spares a back-fill the question after every day that was never fetched.
    let root = Layout.rawDataset(organization: organization, dataset: DatasetName.costs)
    let fetched = Set(
      try await context.store.list(root).map(\.key)
        .filter { $0.hasSuffix("/" + Layout.partitionRecord) }
        .compactMap { Layout.value(of: "date", in: $0).flatMap { Day($0) } })
    var due: [Day] = []
    for day in days {
      if plan.isAlwaysDue(day) || !fetched.contains(day) {
        due.append(day)
        continue
      }
      let window = DayRange(from: day, to: day.next)
      for dataset in DatasetName.daily where try await !writer.due(dataset, in: window).days.isEmpty {
        due.append(day)
        break
      }
    }
    return due
  }
}

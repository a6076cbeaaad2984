import Diagnostics
import OpenAIAdmin
import Spend
import Staging

/// The API to `raw/`: costs, usage and names of each organization in the scope, side by side.
public struct ExtractStage: Sendable {
  private let configuration: Configuration
  private let context: StageContext
  private let client: APIClientFactory

  public init(configuration: Configuration, context: StageContext, client: APIClientFactory) {
    self.configuration = configuration
    self.context = context
    self.client = client
  }

  /// One organization failing does not stop the others; a usage service or a list failing does not stop the
  /// organization's costs.
  /// - Throws: what stops everything: a store that refuses.
  public func run(_ scope: RunScope) async throws -> ExtractOutput {
    var output = ExtractOutput()
    try await withThrowingTaskGroup(of: ExtractOutput.self) { group in
      for organization in scope.organizations {
        group.addTask { try await extract(organization, scope) }
      }
      for try await part in group { output.add(part) }
    }
    output.failures.sort {
      ($0.organization, $0.dataset ?? "", $0.day?.number ?? 0)
        < ($1.organization, $1.dataset ?? "", $1.day?.number ?? 0)
    }
    return output
  }

  private func extract(_ organization: OrganizationConfiguration, _ scope: RunScope) async throws
    -> ExtractOutput
  {
    var output = ExtractOutput()
    let context = context.at(organization: organization.name)
    let api: OrganizationAPI
    do { api = try await client.api(for: organization) } catch {
      if error is CancellationError { throw error }
      output.failures.append(StageFailure(stage: "extract", organization: organization.name, error: error))
      return output
    }
    let plan = DayPlan(today: scope.today, configuration.extract)
    let writer = RawWriter(partitions: context.partitions, organization: organization.name, plan: plan)
    let floor = HistoryFloor()
    let windows = scope.windows(of: organization.name)
    do {
      let costs = CostExtractor(
        context: context, api: api, writer: writer, floor: floor, today: scope.today)
      for window in windows { try await costs.run(window, into: &output) }
    } catch {
      try output.fail(organization.name, DatasetName.costs, error)
      // A refused key is refused everywhere: asking on would only repeat it.
      if let error = error as? any RecoverableError, error.recovery == .mendPermission { return output }
    }
    let usage = UsageExtractor(
      context: context, api: api, writer: writer, floor: floor, today: scope.today,
      daysPerRequest: configuration.extract.daysPerRequest)
    let names =
      scope.coversNames(of: organization.name)
      ? NamesExtractor(context: context, api: api, writer: writer, today: scope.today) : nil
    try await withThrowingTaskGroup(of: ExtractOutput.self) { group in
      group.addTask {
        var output = ExtractOutput()
        for window in windows { try await usage.run(window, into: &output) }
        return output
      }
      if let names { group.addTask { try await names.run() } }
      for try await part in group { output.add(part) }
    }
    output.failures += floor.failures(organization.name)
    context.logger.info(
      "organization fetched",
      metadata: [
        "partitions_fetched": "\(output.partitionsFetched)", "partitions_kept": "\(output.partitionsKept)",
        "rows": "\(output.rows)", "failures": "\(output.failures.count)",
      ])
    return output
  }
}

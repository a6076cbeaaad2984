import Diagnostics
import OpenAIAdmin
import Spend
import Staging

/// Fetches one organization's usage: every service, grouped by everything it offers.
struct UsageExtractor {
  let context: StageContext
  let api: OrganizationAPI
  let writer: RawWriter
  let floor: HistoryFloor
  let today: Day
  let daysPerRequest: Int

  /// One failed service does not stop the others, and none of them stops the money.
  func run(_ window: DayRange, into output: inout ExtractOutput) async throws {
    var work: [(endpoint: Endpoint, days: DayRange)] = []
    for endpoint in EndpointCatalogue.usage {
      let due = try await writer.due(endpoint.dataset, in: window)
      output.partitionsKept += due.kept
      work += DayPlan.windows(due.days, limit: daysPerRequest).map { (endpoint, $0) }
    }
    try await withThrowingTaskGroup(of: ExtractOutput.self) { group in
      for (endpoint, days) in work {
        group.addTask { try await fetch(endpoint, days) }
      }
      for try await part in group { output.add(part) }
    }
  }

  private func fetch(_ endpoint: Endpoint, _ range: DayRange) async throws -> ExtractOutput {
    var output = ExtractOutput()
    do {
      try await floor.fetch(range, of: endpoint.dataset) { range in
        _ = try await api.fetchDays(
          of: endpoint, in: range, groupBy: endpoint.dimensions, limit: range.count, today: today
        ) { bucket in
          var lines = SortedRows()
          writer.lines(bucket.rows, day: bucket.day, into: &lines)
          try await writer.write(lines, of: endpoint, day: bucket.day, dimensions: endpoint.dimensions)
          output.partitionsFetched += 1
          output.rows += lines.count
          context.progress.advance(
            stage: "extract", rows: lines.count, unit: "\(api.name) \(endpoint.dataset) \(bucket.day)")
        }
      }
    } catch {
      try output.fail(api.name, endpoint.dataset, error)
    }
    return output
  }
}

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
  private let room = PageRoom()

  init(
    context: StageContext, api: OrganizationAPI, writer: RawWriter, floor: HistoryFloor, today: Day,
    daysPerRequest: Int
  ) {
    self.context = context
    self.api = api
    self.writer = writer
    self.floor = floor
    self.today = today
    self.daysPerRequest = daysPerRequest
  }

  /// One failed service does not stop the others, and none of them stops the money.
  func run(_ window: DayRange, into output: inout ExtractOutput) async throws {
    try await withThrowingTaskGroup(of: ExtractOutput.self) { group in
      for endpoint in EndpointCatalogue.usage {
        group.addTask { try await fetch(endpoint, in: window) }
      }
      for try await part in group { output.add(part) }
    }
  }

  private func fetch(_ endpoint: Endpoint, in window: DayRange) async throws -> ExtractOutput {
    var output = ExtractOutput()
    let due = try await writer.due(endpoint.dataset, in: window)
    output.partitionsKept += due.kept
    var days = due.days
    var size = PageSize(maximum: daysPerRequest)
    if let rows = due.rowsPerDay { size.note(rows: rows) }
    if size.rowsPerDay == nil, let first = days.popLast() {
      let part = try await fetch(endpoint, DayRange(from: first, to: first.next), size)
      size.note(rows: part.rows)
      output.add(part)
      // A service that does not answer is not asked again for every other day; one that refuses a day is.
      if part.failures.contains(where: { $0.recovery != .refuseData }) { return output }
    }
    try await withThrowingTaskGroup(of: ExtractOutput.self) { [size] group in
      for range in DayPlan.windows(days, limit: size.days) {
        group.addTask { try await fetch(endpoint, range, size) }
      }
      for try await part in group { output.add(part) }
    }
    return output
  }

  private func fetch(_ endpoint: Endpoint, _ range: DayRange, _ size: PageSize) async throws
    -> ExtractOutput
  {
    try await room.withRoom(size.expectedBytes) { try await fetch(endpoint, range) }
  }

  private func fetch(_ endpoint: Endpoint, _ range: DayRange) async throws -> ExtractOutput {
    var output = ExtractOutput()
    do {
      try await floor.fetch(range, of: endpoint.dataset) { range in
        _ = try await api.fetchDays(
          of: endpoint, in: range, groupBy: endpoint.dimensions, limit: range.count, today: today
        ) { bucket in
          let file = try writer.file(bucket.rows, day: bucket.day)
          try await writer.write([file], of: endpoint, day: bucket.day, dimensions: endpoint.dimensions)
          output.partitionsFetched += 1
          output.rows += file.rows
          context.progress.advance(
            stage: "extract", rows: file.rows, unit: "\(api.name) \(endpoint.dataset) \(bucket.day)")
        }
      }
    } catch {
      try output.fail(api.name, endpoint.dataset, error)
    }
    return output
  }
}

import Diagnostics
import JSONReader
import Logging
import OpenAIAdmin
import Spend
import Staging

/// Fetches one organization's costs: grouped as finely as it allows, and ungrouped for control.
struct CostExtractor {
  let context: StageContext
  let api: OrganizationAPI
  let writer: RawWriter
  let floor: HistoryFloor
  let today: Day

  /// Days asked for in one request.
  private static let daysPerRequest = 31
  /// How often both sides of a day are fetched before a difference is believed: while a day is still being
  /// counted, the second request sees more than the first.
  private static let attempts = 3

  /// One side of a day's costs.
  private struct CostDay {
    var lines = SortedRows()
    /// Nil where an amount or a currency could not be read: normalize refuses the day and names the line.
    var totals: ControlTotals? = ControlTotals()
    var step: DimensionStep?
    var dimensions: [String] { step?.dimensions ?? [] }
  }

  /// The days of a window, and what the API left out of it: a missing day is no zero, and no reason to
  /// withhold the others.
  private struct Fetched {
    var days: [Day: CostDay] = [:]
    var missing: PageError?

    mutating func add(_ other: Fetched) {
      days.merge(other.days) { first, _ in first }
      missing = missing ?? other.missing
    }
  }

  private static func isTold(_ error: PageError, _ output: ExtractOutput) -> Bool {
    output.failures.contains { $0.message == error.description }
  }

  /// - Throws: what the API answered; days written before that stay.
  func run(_ window: DayRange, into output: inout ExtractOutput) async throws {
    async let control = writer.due(DatasetName.costsUngrouped, in: window)
    let costs = try await writer.due(DatasetName.costs, in: window)
    let ungrouped = try await control
    let days = Set(costs.days).union(ungrouped.days)
    output.partitionsKept += (window.count - days.count) * 2
    if days.isEmpty { return }

    let windows = DayPlan.windows(Array(days), limit: Self.daysPerRequest)
    guard let newest = windows.first else { return }
    let remembered = try await Capabilities.read(context.store, organization: api.name, today: today)
    let known = remembered.flatMap { $0.holds(until: newest.to) ? $0 : nil }
    let isRecent = newest.to >= today
    // What older days accept is remembered where nothing is known of the newest ones.
    let memory =
      isRecent || remembered?.until != nil || remembered == nil
      ? Capabilities(
        costDimensions: [], asked: known?.asked ?? today.description,
        until: isRecent ? nil : newest.to.description)
      : nil
    var step = DimensionStep(known)
    try await fetchAndWrite(newest, step: &step, memory: memory, attempt: 1, into: &output)
    for range in windows.dropFirst() {
      // What an older stretch refuses says nothing about the one before it.
      var older = step
      try await fetchAndWrite(range, step: &older, memory: nil, attempt: 1, into: &output)
    }
  }

  /// - Parameters:
  ///   - step: where on the ladder to start; left where the newest days were accepted.
  ///   - memory: to be kept with what was accepted; nil for windows that are not remembered.
  private func fetchAndWrite(
    _ range: DayRange, step: inout DimensionStep, memory: Capabilities?, attempt: Int,
    into output: inout ExtractOutput
  ) async throws {
    async let control = fetch(range, nil)
    let grouped = try await fetchGrouped(range, step: &step)
    let ungrouped = try await control
    for missing in [grouped.missing, ungrouped.missing].compactMap(\.self) where !Self.isTold(missing, output)
    {
      try output.fail(api.name, DatasetName.costs, missing)
    }
    // Before the days: a run killed after them has nothing left to ask, and would never write it.
    if var memory, !grouped.days.isEmpty {
      memory.costDimensions = step.dimensions
      memory.refused = step.refused.isEmpty ? nil : step.refused
      try await memory.write(context, organization: api.name, today: today)
    }
    var differing: [Day] = []
    try await withThrowingTaskGroup(of: ExtractOutput.self) { group in
      for day in range {
        guard let lines = grouped.days[day], let total = ungrouped.days[day] else { continue }
        if let left = lines.totals, let right = total.totals, left != right, attempt < Self.attempts {
          differing.append(day)
        } else {
          group.addTask { try await write(day, lines, total) }
        }
      }
      for try await part in group { output.add(part) }
    }
    for again in DayPlan.windows(differing, limit: Self.daysPerRequest) {
      context.logger.notice(
        "grouped and ungrouped costs differ, both are fetched again", metadata: place(again))
      try await fetchAndWrite(again, step: &step, memory: memory, attempt: attempt + 1, into: &output)
    }
  }

  private func write(
    _ day: Day, _ grouped: CostDay, _ ungrouped: CostDay
  ) async throws -> ExtractOutput {
    var output = ExtractOutput()
    var figures = ControlFigures(organization: api.name, day: day)
    figures.api = ungrouped.totals
    figures.costLines = grouped.totals
    let isBalanced = grouped.totals != nil && ungrouped.totals != nil && figures.areEqual
    for (dataset, side) in [(DatasetName.costsUngrouped, ungrouped), (DatasetName.costs, grouped)] {
      try await writer.write(
        side.lines, of: EndpointCatalogue.costs, dataset: dataset, day: day, dimensions: side.dimensions,
        refused: side.step?.refused, controlTotals: side.totals, balanced: isBalanced)
      output.partitionsFetched += 1
      output.rows += side.lines.count
      context.progress.advance(
        stage: "extract", rows: side.lines.count, unit: "\(api.name) \(dataset) \(day)")
    }
    output.figures.append(figures)
    return output
  }

  /// Falls down the ladder where the API refuses a dimension. Where it accepts the newest day and refuses the
  /// window, the refusal has a floor in time: the window is halved, so that days after the floor keep all.
  private func fetchGrouped(_ range: DayRange, step: inout DimensionStep) async throws -> Fetched {
    do {
      return try await fetch(range, step)
    } catch let refusal as APIError where DimensionLadder.isRefused(refusal) {
      var below = step
      guard below.descend(refusal) else { throw refusal }
      context.logger.notice(
        "costs are asked for with fewer dimensions",
        metadata: place(range).merging(["why": "\(refusal)"]) { $1 })
      guard range.count > 1 else {
        step = below
        return try await fetchGrouped(range, step: &step)
      }
      let newest = DayRange(from: range.to.advanced(by: -1), to: range.to)
      let rest = DayRange(from: range.from, to: newest.from)
      let before = step
      var days = try await fetchGrouped(newest, step: &step)
      let parts = step != before ? [rest] : rest.halves
      for part in parts where !part.isEmpty {
        // What an older stretch refuses says nothing about the newest days.
        var older = step
        days.add(try await fetchGrouped(part, step: &older))
      }
      return days
    }
  }

  /// - Parameter step: the dimensions; nil for the API's own total.
  private func fetch(_ range: DayRange, _ step: DimensionStep?) async throws -> Fetched {
    var fetched = Fetched()
    try await floor.fetch(range, of: DatasetName.costs) { fetched.add(try await fetchReachable($0, step)) }
    return fetched
  }

  private func fetchReachable(_ range: DayRange, _ step: DimensionStep?) async throws -> Fetched {
    var fetched = Fetched()
    let parser = JSONParser()
    do {
      _ = try await api.fetchDays(
        of: EndpointCatalogue.costs, in: range, groupBy: step?.dimensions ?? [], limit: range.count,
        today: today
      ) { bucket in
        var side = CostDay(step: step)
        var reader = CostLineReader()
        writer.lines(bucket.rows, day: bucket.day, into: &side.lines)
        for row in bucket.rows {
          if let (amount, currency) = try? parser.parse(Array(row), { try reader.money($0) }) {
            side.totals?.add(amount, currency)
          } else {
            side.totals = nil
          }
        }
        fetched.days[bucket.day] = side
      }
    } catch let error as PageError where error.isAboutMissingDays {
      fetched.missing = error
    }
    return fetched
  }

  private func place(_ range: DayRange) -> Logger.Metadata {
    ["organization": "\(api.name)", "dataset": "costs", "days": "\(range)"]
  }
}

import OpenAIAdmin
import Spend
import Staging

/// Writes raw partitions: result objects verbatim in their envelope, sorted, so that the order in which the
/// API answered leaves no trace.
struct RawWriter {
  let partitions: PartitionStore
  let organization: String
  let plan: DayPlan

  /// - Parameter number: from 1 on.
  static func fileName(_ number: Int) -> String {
    let digits = String(number)
    return "part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".ndjson.gz"
  }

  /// The lines of some result objects.
  func lines(_ rows: Rows, day: Day, projectID: String? = nil, into lines: inout SortedRows) {
    let prefix = RawLine.prefix(organization: organization, day: day, projectID: projectID)
    lines.reserve(
      rows: rows.count, bytes: rows.size + rows.count * (prefix.count + RawLine.suffix.count))
    rows.forEachRow { row in
      lines.append { line in
        line += prefix
        line.append(contentsOf: row)
        line += RawLine.suffix
      }
    }
  }

  /// The only file of a partition, straight from the page that its rows came with.
  ///
  /// Hot path: the same bytes as of ``lines(_:day:projectID:into:)``, which makes each line first. What all lines of a day
  /// start with does not change their order, and no JSON object starts with another.
  func file(_ rows: Rows, day: Day) throws -> PartitionFile {
    let prefix = RawLine.prefix(organization: organization, day: day, projectID: nil)
    let suffix = RawLine.suffix
    let encoder = try GzipEncoder()
    try rows.forEachRowSorted { row in
      try encoder.append(prefix)
      try encoder.append(row)
      try encoder.append(suffix)
    }
    return PartitionFile(name: Self.fileName(1), rows: rows.count, content: try encoder.finish())
  }

  /// Writes one partition of one file.
  /// - Parameter refused: dimensions that were left out, and why; nil or empty for none.
  func write(
    _ lines: SortedRows, of endpoint: Endpoint, dataset: String? = nil, day: Day, dimensions: [String] = [],
    refused: [String: String]? = nil, controlTotals: ControlTotals? = nil, balanced: Bool? = nil,
    madeFrom: [String: String]? = nil
  ) async throws {
    let file = PartitionFile(name: Self.fileName(1), rows: lines.count, content: try lines.gzip())
    try await write(
      [file], of: endpoint, dataset: dataset, day: day, dimensions: dimensions, refused: refused,
      controlTotals: controlTotals, balanced: balanced, madeFrom: madeFrom)
  }

  /// Writes one partition.
  /// - Parameter madeFrom: what the record names as its origin; nil for a request to the API.
  func write(
    _ files: [PartitionFile], of endpoint: Endpoint, dataset: String? = nil, day: Day,
    dimensions: [String] = [], refused: [String: String]? = nil,
    controlTotals: ControlTotals? = nil, balanced: Bool? = nil, madeFrom: [String: String]? = nil
  ) async throws {
    let dataset = dataset ?? endpoint.dataset
    var record = PartitionRecord(
      organization: organization, dataset: dataset, day: day, open: plan.isOpen(day), dimensions: dimensions,
      controlTotals: controlTotals?.texts,
      madeFrom: madeFrom ?? ["request": Self.request(endpoint, dimensions)])
    record.balanced = balanced
    record.refused = refused?.isEmpty == true ? nil : refused
    try await partitions.write(
      Layout.raw(organization: organization, dataset: dataset, day: day), record: record, files: files)
  }

  /// What has to be fetched of one dataset.
  struct Due {
    /// In the order of time.
    var days: [Day] = []
    /// Days whose partition is there and settled.
    var kept = 0
    /// The most rows of any partition that is there; nil where there is none.
    var rowsPerDay: Int?
  }

  /// The days of a window whose partition is due.
  func due(_ dataset: String, in window: DayRange) async throws -> Due {
    var due = Due()
    for day in window {
      let folder = Layout.raw(organization: organization, dataset: dataset, day: day)
      let record = try await readableRecord(folder)
      if let record { due.rowsPerDay = max(due.rowsPerDay ?? 0, record.rows) }
      // What will be fetched anyway need not be read first.
      var isDue = plan.isDue(day, record)
      if !isDue { isDue = try await !isWhole(folder, record) }
      if isDue { due.days.append(day) } else { due.kept += 1 }
    }
    return due
  }

  /// What is no record any more is fetched again; a store that refuses to be read is no reason to fetch all.
  private func readableRecord(_ folder: String) async throws -> PartitionRecord? {
    do { return try await partitions.record(folder) } catch is CorruptFile { return nil }
  }

  private func isWhole(_ folder: String, _ record: PartitionRecord?) async throws -> Bool {
    guard let record else { return false }
    return try await partitions.isWhole(folder, record)
  }

  /// What was asked, without the window: the same for every day, whichever request it came with.
  private static func request(_ endpoint: Endpoint, _ dimensions: [String]) -> String {
    let query =
      endpoint.fixedQuery.map { "\($0.name)=\($0.value)" } + dimensions.map { "group_by=\($0)" }
    return "GET \(endpoint.path)" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
  }
}

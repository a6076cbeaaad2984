import Diagnostics
import Spend
import Staging

/// What extract fetched.
public struct ExtractOutput: Sendable {
  public var partitionsFetched = 0
  /// Settled partitions that were there already.
  public var partitionsKept = 0
  public var rows = 0
  /// API total and cost lines of every day fetched.
  public var figures: [ControlFigures] = []
  public var failures: [StageFailure] = []
  /// The days covered, where the input and not the call decided them.
  public var window: DayRange?

  public init() {}

  mutating func add(_ other: ExtractOutput) {
    partitionsFetched += other.partitionsFetched
    partitionsKept += other.partitionsKept
    rows += other.rows
    figures += other.figures
    failures += other.failures
  }

  /// Takes note of what one dataset ended with.
  /// - Throws: `error` itself, where it is no matter of one dataset: the store refuses.
  mutating func fail(_ organization: String, _ dataset: String?, _ error: any Error) throws {
    if error is StorageFailure || error is CancellationError { throw error }
    failures.append(
      StageFailure(stage: "extract", organization: organization, dataset: dataset, error: error))
  }

  func count(into counts: inout RunReport.Counts) {
    counts.partitionsFetched += partitionsFetched
    counts.partitionsKept += partitionsKept
    counts.rawRows += rows
  }
}

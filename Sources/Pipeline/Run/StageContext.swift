import Diagnostics
import Logging
import Staging

/// What every stage is given beside its input.
public struct StageContext: Sendable {
  public let store: any Store
  /// Partitions and delivered days in the store; records that were read stay understood.
  let partitions: PartitionStore
  let deliveredDays: SealedReader<DeliveredDays>
  public var diagnostics: DiagnosticsCollector
  public var logger: Logger
  public var progress: any ProgressReporter
  /// Waits for the turn to write what runs over different partitions share, by its name; nil where nobody else writes,
  /// and where it took too long.
  public var turn: @Sendable (_ name: String) async throws -> (any OutputLock)? = { _ in nil }

  public init(
    store: any Store, diagnostics: DiagnosticsCollector, logger: Logger,
    progress: any ProgressReporter = SilentProgress()
  ) {
    self.store = store
    partitions = PartitionStore(store)
    deliveredDays = SealedReader(store)
    self.diagnostics = diagnostics
    self.logger = logger
    self.progress = progress
  }

  /// The same for one organization, dataset or day: log lines and warnings name it.
  func at(organization: String? = nil, dataset: String? = nil, day: Day? = nil) -> StageContext {
    let place = [("organization", organization), ("dataset", dataset), ("partition", day?.description)]
      .compactMap { name, value in value.map { (name, $0) } }
    var context = self
    for (name, value) in place { context.logger[metadataKey: name] = "\(value)" }
    context.diagnostics = diagnostics.at(Dictionary(uniqueKeysWithValues: place))
    return context
  }
}

/// Told what a stage is doing, for a person who watches.
public protocol ProgressReporter: Sendable {
  /// - Parameters:
  ///   - stage: `extract`, `normalize` or `load`.
  ///   - rows: rows handled since the last call.
  ///   - unit: what was finished, e.g. `acme costs 2026-11-03`.
  func advance(stage: String, rows: Int, unit: String)
}

/// Reports to nobody.
public struct SilentProgress: ProgressReporter {
  public init() {}
  public func advance(stage: String, rows: Int, unit: String) {}
}

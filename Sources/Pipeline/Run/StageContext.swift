import Diagnostics
import Logging
import Staging

/// What every stage is given beside its input.
public struct StageContext: Sendable {
  public var store: any Store
  public var diagnostics: DiagnosticsCollector
  public var logger: Logger
  public var progress: any ProgressReporter

  public init(
    store: any Store, diagnostics: DiagnosticsCollector, logger: Logger,
    progress: any ProgressReporter = SilentProgress()
  ) {
    self.store = store
    self.diagnostics = diagnostics
    self.logger = logger
    self.progress = progress
  }

  var partitions: PartitionStore { PartitionStore(store) }
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

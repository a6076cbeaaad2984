/// The partitions that are due, stage by stage: `unblended plan`.
public struct PartitionPlan: Sendable, Hashable {
  /// Days of which something is missing, open or settles, and the names of each organization.
  public let extract: [RunPartition]
  /// The window's days, since what is fetched can change each of them, and the names of each organization.
  public let normalize: [RunPartition]
  /// The window's days, for one load over all of them.
  public let load: [RunPartition]

  public func partitions(of stage: Stage) -> [RunPartition] {
    switch stage {
    case .extract: extract
    case .normalize: normalize
    case .load: load
    }
  }

  /// For JSON: each stage with its partitions as text.
  /// - Parameter stage: only this one.
  public func texts(of stage: Stage? = nil) -> [String: [String]] {
    let stages = stage.map { [$0] } ?? Stage.allCases
    return Dictionary(
      uniqueKeysWithValues: stages.map { ($0.rawValue, partitions(of: $0).map(\.description)) })
  }
}

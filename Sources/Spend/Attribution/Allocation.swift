/// What makes a charge one part of a cost line (FOCUS 1.3, data generator-calculated split cost allocation).
public struct Allocation: Sendable, Hashable {
  /// The one documented way in which cost lines are split; see `docs/attribution.md`.
  public static let methodID = "openai-usage-share-v1"

  /// What the part was split to.
  public enum Target: String, Sendable, Hashable {
    case credential
    case principal
    /// The rest, for which there is no usage.
    case nobody
  }

  public var target: Target
  /// 0 to 1; the ratios of one cost line sum to 1 exactly.
  public var ratio: ExactDecimal
  /// The usage behind the part, in `unit`; nil for the rest.
  public var usage: ExactDecimal?
  public var unit: String?

  public init(target: Target, ratio: ExactDecimal, usage: ExactDecimal?, unit: String?) {
    self.target = target
    self.ratio = ratio
    self.usage = usage
    self.unit = unit
  }
}

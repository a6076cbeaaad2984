import Spend

/// One charge that is not the same in two deliveries.
public struct ChargeDifference: Sendable {
  public enum Kind: String, Sendable, CaseIterable, Encodable {
    case added
    case removed
    case changed
  }

  /// What of a changed charge differs.
  public enum Aspect: String, Sendable, CaseIterable, Encodable {
    case cost
    case quantity
    case names
  }

  /// A charge on one side: what all rows of its identity add up to.
  public struct State: Sendable, Hashable {
    public internal(set) var cost: ExactDecimal
    /// By unit; more than one only where rows of one identity count differently.
    public internal(set) var quantities: [String: ExactDecimal]
    public internal(set) var names: Names

    /// `1500 Tokens`; nil where nothing is counted.
    public var quantityText: String? {
      quantities.isEmpty
        ? nil : quantities.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: " + ")
    }
  }

  /// What the ids are called.
  public struct Names: Sendable, Hashable {
    public let billingAccount: String?
    public let subAccount: String?
    public let credential: String?
    public let principal: String?
    public let allocatedResource: String?
  }

  public let kind: Kind
  /// Empty for added and removed charges.
  public let aspects: [Aspect]
  public let identity: ChargeIdentity
  public let before: State?
  public let after: State?

  /// After less before.
  public var difference: ExactDecimal { (after?.cost ?? .zero) - (before?.cost ?? .zero) }

  /// Whether only names differ: the money and what it bought are the same.
  public var isRename: Bool { kind == .changed && aspects == [.names] }

  /// The names as they are now, or were.
  public var names: Names? { after?.names ?? before?.names }
}

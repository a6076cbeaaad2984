import Spend

/// What came of a comparison, beside the differences themselves.
public struct DiffReport: Sendable {
  /// How many charges are what; charges of one identity are one.
  public struct Counts: Sendable, Hashable, Encodable {
    public var added = 0
    public var removed = 0
    /// With another cost or quantity.
    public var changed = 0
    /// With other names only.
    public var renamed = 0
    /// Within the tolerance. Charges of files that are the same on both sides are counted by their rows.
    public var same = 0
    /// Days of organizations, on either side.
    public var days = 0
    /// Those whose files are the same on both sides, by their digests.
    public var identicalDays = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
      case added, removed, changed, renamed, same, days
      case identicalDays = "identical_days"
    }

    mutating func count(_ difference: FoundDifference) {
      switch difference.kind {
      case .added: added += 1
      case .removed: removed += 1
      case .changed where difference.isRename: renamed += 1
      case .changed: changed += 1
      }
    }
  }

  public var counts: Counts
  public var totals: [DiffTotal]
  /// Columns that were left out because the files of one side do not have them.
  public var columnsLeftOut: [String]
  /// Whether nothing counts as different.
  public var isSame: Bool
}

import Staging

/// What a distributed run hands out: one organization's day, with all that is fetched or made of it, or one
/// organization's names.
///
/// Written `org=acme,date=2026-11-03` and `org=acme,dataset=names`.
public struct RunPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let organization: String
  /// Nil for the organization's names.
  public let day: Day?

  public init(organization: String, day: Day?) {
    self.organization = organization
    self.day = day
  }

  /// Reads both forms, their parts in any order, and nothing else.
  public init?(_ text: some StringProtocol) {
    var values: [Substring: Substring] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = Substring(part).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, values.updateValue(pair[1], forKey: pair[0]) == nil else { return nil }
    }
    guard values.count == 2, let organization = values["org"], !organization.isEmpty else { return nil }
    if let date = values["date"] {
      guard let day = Day(date) else { return nil }
      self.init(organization: String(organization), day: day)
    } else if values["dataset"] == "names" {
      self.init(organization: String(organization), day: nil)
    } else {
      return nil
    }
  }

  public var description: String {
    "org=\(organization)," + (day.map { "date=\($0)" } ?? "dataset=names")
  }

  /// By organization; its names come before its days.
  public static func < (left: RunPartition, right: RunPartition) -> Bool {
    (left.organization, left.day?.number ?? Int.min) < (right.organization, right.day?.number ?? Int.min)
  }
}

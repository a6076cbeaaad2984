import Staging

/// What a manifest says of how far organizations' days are, without files, digests and money: all that is asked of the
/// months that a run does not touch, a year of them every day.
struct DeliveredDays: SealedJSON, Sendable {
  struct Organization: Codable, Sendable {
    /// By `YYYY-MM-DD`.
    var days: [String: Progress]
  }

  /// See ``DeliveredDay``.
  struct Progress: DayProgress, Codable, Sendable {
    var open: Bool
    var updated: String
    var degraded: [String]?
    var refused: Restatement?
  }

  var format: Int
  /// `YYYY-MM`.
  var billingPeriod: String
  var datasetInstanceID: String
  /// By organization name.
  var organizations: [String: Organization]

  static var sealName: StaticString { Manifest.sealName }
  var isOlderThanSeals: Bool { format == 1 }

  enum CodingKeys: String, CodingKey {
    case format, organizations
    case billingPeriod = "billing_period"
    case datasetInstanceID = "dataset_instance_id"
  }

  /// The organizations that lack a day although they have an earlier one of the month.
  func organizationsMissing(_ day: Day) -> [String] {
    organizations.compactMap { name, organization in
      guard let first = organization.days.keys.min(), first < day.description,
        organization.days[day.description] == nil
      else { return nil }
      return name
    }.sorted()
  }
}

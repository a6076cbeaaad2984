import Staging

/// What a manifest says of organizations and days, without files and digests: all that is asked of the months that a run
/// does not touch, a year of them every day.
struct DeliveredDays: SealedJSON, Sendable {
  var format: Int
  /// `YYYY-MM`.
  var billingPeriod: String
  var datasetInstanceID: String
  /// By organization name.
  var organizations: [String: DeliveredOrganization]

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

import FOCUS
import Spend
import Staging

/// One organization's normalized day, as load reads it.
struct DayInput {
  let organization: OrganizationConfiguration
  let day: Day
  let folder: String
  let record: PartitionRecord

  var billing: BillingContext {
    BillingContext(accountID: organization.id, accountName: organization.displayName, day: day)
  }

  var chargesDigest: String { record.digest(of: ChargeFile.name) ?? "" }

  /// Every normalized day of one organization in one month.
  static func all(
    of organization: OrganizationConfiguration, in month: Month, _ partitions: PartitionStore
  ) async throws -> [DayInput] {
    var inputs: [DayInput] = []
    for day in month.days {
      let folder = Layout.normalized(organization: organization.name, day: day)
      guard let record = try await partitions.record(folder) else { continue }
      inputs.append(DayInput(organization: organization, day: day, folder: folder, record: record))
    }
    return inputs
  }
}

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
  ) async throws -> (inputs: [DayInput], damaged: [StageFailure]) {
    var inputs: [DayInput] = []
    var damaged: [StageFailure] = []
    for day in month.days {
      let folder = Layout.normalized(organization: organization.name, day: day)
      do {
        guard let record = try await partitions.record(folder) else { continue }
        inputs.append(DayInput(organization: organization, day: day, folder: folder, record: record))
      } catch let damage as CorruptFile {
        damaged.append(
          StageFailure(stage: "load", organization: organization.name, day: day, error: damage))
      }
    }
    return (inputs, damaged)
  }
}

import Spend
import Staging

/// What is fetched, settled, open, degraded and missing, and how stale it is: from manifests and records alone, without
/// the output's lock.
public struct PipelineStatus: Encodable, Sendable {
  /// The current UTC day.
  public var today: String
  /// The newest run, whatever became of it.
  public var lastRun: RunSummary?
  /// Manifests that cannot be read; the next run makes them anew.
  public var damaged: [String] = []
  public var organizations: [OrganizationStatus] = []

  enum CodingKeys: String, CodingKey {
    case today, damaged, organizations
    case lastRun = "last_run"
  }

  /// - Throws: ``StorageFailure``.
  public static func read(
    _ store: any Store, _ organizations: [OrganizationConfiguration], today: Day
  ) async throws -> PipelineStatus {
    var status = PipelineStatus(today: today.description)
    var days: [String: [Day: DeliveredDay]] = [:]
    for key in try await DeliveredMonths.manifests(store) {
      guard let bytes = try await store.read(key) else { continue }
      do {
        let manifest = try Manifest(sealed: bytes, path: key)
        for (name, organization) in manifest.organizations {
          for (date, day) in organization.days {
            if let date = Day(date) { days[name, default: [:]][date] = day }
          }
        }
      } catch is CorruptFile {
        status.damaged.append(key)
      }
    }
    let names = organizations.map(\.name)
    let history = try await RunHistory(store, organizations: names)
    status.lastRun = history.last
    for name in names {
      let costs = Layout.rawDataset(organization: name, dataset: DatasetName.costs)
      let fetched = try await store.list(costs).count { $0.key.hasSuffix("/" + Layout.partitionRecord) }
      var organization = OrganizationStatus(name, fetched: fetched, days: days[name] ?? [:], today: today)
      organization.lastSuccess = history.successes[name]
      status.organizations.append(organization)
    }
    return status
  }
}

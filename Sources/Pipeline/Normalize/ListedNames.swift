import Spend
import Staging

/// Up to when the lists that name something tell the names of an organization.
///
/// Told by `raw/` alone, so that stage by stage is the same as at once.
struct ListedNames {
  /// The day of the newest snapshot, by dataset.
  private let newest: [String: Day]

  init(_ store: any Store, organization: String) async throws {
    var newest: [String: Day] = [:]
    for dataset in NameBookReader.datasets {
      let root = Layout.rawDataset(organization: organization, dataset: dataset)
      let days = try await store.folders(in: root)
        .compactMap { Layout.value(of: "date", in: $0).flatMap { Day($0) } }.sorted(by: >)
      for day in days {
        let folder = Layout.raw(organization: organization, dataset: dataset, day: day)
        if try await store.read(folder + "/" + Layout.partitionRecord) != nil {
          newest[dataset] = day
          break
        }
      }
    }
    self.newest = newest
  }

  /// The lists that have not been fetched since a day was over: who came on that day may have no name. Of the
  /// current day a snapshot of the same day has to do.
  func missing(on day: Day, today: Day) -> [String] {
    NameBookReader.datasets.filter { dataset in
      guard let newest = newest[dataset] else { return true }
      return newest < min(day.next, today)
    }
  }
}

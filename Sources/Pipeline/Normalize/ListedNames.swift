import Spend
import Staging

/// Up to when the lists that name something tell the names of an organization.
///
/// Told by `raw/` alone, so that stage by stage is the same as at once.
struct ListedNames {
  /// The day of the newest snapshot, by dataset.
  private let newest: [String: Day]
  private let today: Day

  /// - Throws: ``StorageFailure``.
  init(_ store: any Store, organization: String, today: Day) async throws {
    var newest: [String: Day] = [:]
    for dataset in NameBookReader.datasets {
      for day in try await Self.days(of: dataset, organization, today, store) {
        let folder = Layout.raw(organization: organization, dataset: dataset, day: day)
        if try await store.read(folder + "/" + Layout.partitionRecord) != nil {
          newest[dataset] = day
          break
        }
      }
    }
    self.newest = newest
    self.today = today
  }

  /// The days that may have a snapshot, newest first: today's, where it is there, says all that is asked, and spares
  /// a look at a folder with a year of them.
  private static func days(
    of dataset: String, _ organization: String, _ today: Day, _ store: any Store
  ) async throws -> [Day] {
    let current = Layout.raw(organization: organization, dataset: dataset, day: today)
    if try await store.read(current + "/" + Layout.partitionRecord) != nil { return [today] }
    return try await store.folders(in: Layout.rawDataset(organization: organization, dataset: dataset))
      .compactMap { Layout.value(of: "date", in: $0).flatMap { Day($0) } }.sorted(by: >)
  }

  /// The lists that have not been fetched since a day was over: who came on that day may have no name. Of the
  /// current day a snapshot of the same day has to do.
  func missing(on day: Day) -> [String] {
    NameBookReader.datasets.filter { dataset in
      guard let newest = newest[dataset] else { return true }
      return newest < min(day.next, today)
    }
  }
}

import Diagnostics
import JSONReader
import Spend
import Staging

/// Brings an organization's name history up to date with the snapshots in `raw/`.
///
/// The history is a dataset of its own: it outlives every other derived file, and where it is lost it is made
/// again from all snapshots.
struct NameHistoryUpdater {
  let context: StageContext
  let organization: String
  /// So far back from the newest list that was taken in others are looked at again: they may have been written late.
  private static let days = 7

  /// One whole list as it was answered, in the order of time.
  private struct Snapshot {
    let place: TakenLists.Place
    let folder: String
    let file: FileRecord
    let record: PartitionRecord
    var day: Day { place.day }
    var dataset: String { place.dataset }
    var key: String { "\(folder)/\(file.path)" }
  }

  /// - Parameter keeps: whether the history is written; else it is only made up to date for the caller.
  /// - Throws: ``CorruptFile`` and ``RefusedPartition`` for snapshots that cannot be read.
  func run(keeping keeps: Bool = true) async throws -> NameHistory {
    let folder = Layout.names(organization: organization)
    var history = NameHistory()
    var taken = TakenLists(organization: organization)
    if let known = try await existing(folder, isMended: keeps) { (history, taken) = known }
    let lastTaken = taken.lastDay
    // Lists are added to the current day only: those of days long before are as they were when they were taken in.
    let settled = lastTaken?.advanced(by: -Self.days)
    var snapshots = try await snapshots(
      where: { place in settled.map { place.day >= $0 } ?? true || !taken.contains(place) },
      damaged: { taken.contains($0) })
    var new = snapshots.filter { taken.digest(of: $0.file.path, at: $0.place) != $0.file.sha256 }
    if new.isEmpty { return history }
    if let lastTaken, let first = new.map(\.day).min(), first < lastTaken {
      // A snapshot from between: only the whole sequence gives the right days.
      history = NameHistory()
      taken = TakenLists(organization: organization)
      snapshots = try await self.snapshots(where: { _ in true }, damaged: { _ in false })
      new = snapshots
    }
    for (day, batch) in Dictionary(grouping: new, by: \.day).sorted(by: { $0.key < $1.key }) {
      try await take(batch, on: day, into: &history)
    }
    for snapshot in snapshots { taken.note(snapshot.file.path, snapshot.file.sha256, at: snapshot.place) }
    if let last = taken.lastDay { taken.close(before: last.advanced(by: -Self.days)) }
    if keeps {
      try await write(history, folder, taken, day: snapshots.map(\.day).max() ?? lastTaken)
    }
    return history
  }

  private func take(_ batch: [Snapshot], on day: Day, into history: inout NameHistory) async throws {
    // Lists of one day that were taken several times: part by part, each with the others of its time.
    let rounds = batch.map(\.file.path).sorted()
    for round in Set(rounds).sorted() {
      var reader = NameBookReader()
      var datasets: Set<String> = []
      for snapshot in batch.filter({ $0.file.path == round }).sorted(by: { Self.order($0) < Self.order($1) })
      {
        datasets.insert(snapshot.dataset)
        let bytes = try await context.partitions.file(
          snapshot.file.path, of: snapshot.folder, snapshot.record)
        try RawPartition.forEachLine(
          of: bytes, path: snapshot.key, organization: organization, dataset: snapshot.dataset, day: day,
          parser: JSONParser()
        ) { line, _ in try reader.read(line, dataset: snapshot.dataset) }
      }
      history.take(
        reader.book, on: day, complete: Self.complete(datasets), unlisted: reader.archivedProjects)
    }
  }

  /// What is missing from a complete list is deleted; principals come from two lists.
  private static func complete(_ datasets: Set<String>) -> Set<NameHistory.Kind> {
    var kinds: Set<NameHistory.Kind> = []
    if datasets.contains("projects") { kinds.insert(.project) }
    if datasets.isSuperset(of: ["users", "service_accounts"]) { kinds.insert(.principal) }
    if datasets.isSuperset(of: ["projects", "api_keys"]) { kinds.insert(.credential) }
    return kinds
  }

  private static func order(_ snapshot: Snapshot) -> Int {
    NameBookReader.datasets.firstIndex(of: snapshot.dataset) ?? 0
  }

  /// The snapshots of the places that are asked for.
  /// - Parameter isOptional: where a damaged record stops nothing, because the history holds what it tells of.
  private func snapshots(
    where isAskedFor: (TakenLists.Place) -> Bool, damaged isOptional: (TakenLists.Place) -> Bool
  ) async throws -> [Snapshot] {
    var snapshots: [Snapshot] = []
    for dataset in NameBookReader.datasets {
      let root = Layout.rawDataset(organization: organization, dataset: dataset)
      for name in try await context.store.folders(in: root) {
        guard let day = Layout.value(of: "date", in: name).flatMap({ Day($0) }) else { continue }
        let place = TakenLists.Place(dataset: dataset, day: day)
        if !isAskedFor(place) { continue }
        let folder = Layout.raw(organization: organization, dataset: dataset, day: day)
        do {
          guard let record = try await context.partitions.record(folder) else { continue }
          snapshots += record.files.map {
            Snapshot(place: place, folder: folder, file: $0, record: record)
          }
        } catch let damage as CorruptFile where isOptional(place) {
          context.diagnostics.report(
            Diagnostic(
              kind: "names_record_damaged",
              message: "\(damage); the history of names holds what it said. Restore it, or remove \(folder)"))
        }
      }
    }
    return snapshots
  }

  /// The history and what it was made from, or nil where there is none that can be read.
  /// - Parameter isMended: whether damage is told: it may also be that another run is just replacing the history.
  private func existing(_ folder: String, isMended: Bool) async throws -> (NameHistory, TakenLists)? {
    do {
      guard let record = try await context.partitions.record(folder) else { return nil }
      let bytes = try await context.partitions.file(NameHistoryFile.name, of: folder, record)
      return (
        try NameHistoryFile.read(gzip: bytes, path: "\(folder)/\(NameHistoryFile.name)"),
        TakenLists(organization: organization, madeFrom: record.madeFrom)
      )
    } catch let damage as CorruptFile {
      if isMended {
        context.diagnostics.report(
          Diagnostic(kind: "name_history_damaged", message: "\(damage); it is made again from raw/"))
      }
      return nil
    }
  }

  private func write(_ history: NameHistory, _ folder: String, _ taken: TakenLists, day: Day?) async throws {
    guard let day else { return }
    let rows = NameHistoryFile.rows(history)
    let record = PartitionRecord(
      organization: organization, dataset: "names", day: day, open: true, madeFrom: taken.madeFrom)
    try await context.partitions.write(
      folder, record: record,
      files: [
        PartitionFile(
          name: NameHistoryFile.name, rows: rows.count, content: try GzipEncoder.compress(rows.bytes))
      ])
  }
}

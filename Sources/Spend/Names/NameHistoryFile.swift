import Staging

/// The form of `names/org=…/history.csv.gz`: one row for each name that an entity has had.
public enum NameHistoryFile {
  public static let name = "history.csv.gz"

  /// `valid_from` is the first day of a name, empty for the first name known, which holds for the days before
  /// as well; `valid_to` is exclusive, empty for the current name. `state` is `active` or `deleted`.
  public static let header = [
    "kind", "id", "valid_from", "valid_to", "state", "name", "email", "principal_type", "project_id",
    "owner_id",
  ]

  /// The rows, sorted by kind, id and day.
  public static func rows(_ history: NameHistory) -> (count: Int, bytes: [UInt8]) {
    var row = CSVRow()
    var count = 0
    for (entity, versions) in history.versions.sorted(by: { $0.key < $1.key }) {
      for (index, version) in versions.enumerated() {
        row.append(entity.kind.rawValue)
        row.append(entity.id)
        row.append(version.from?.description)
        row.append(index + 1 < versions.count ? versions[index + 1].from?.description : nil)
        row.append(version.isDeleted ? "deleted" : "active")
        row.append(version.name)
        row.append(version.email)
        row.append(version.principalType?.rawValue)
        row.append(version.projectID)
        row.append(version.ownerID)
        row.endRow()
        count += 1
      }
    }
    return (count, CSVRow.header(header) + row.bytes)
  }

  /// - Throws: ``CorruptFile`` for a row that no history has.
  public static func read(gzip file: [UInt8], path: String) throws -> NameHistory {
    var history = NameHistory()
    try CSVReader.forEachRecord(ofGzip: file, path: path, header: header) { record in
      guard let kind = record.text(0).flatMap(NameHistory.Kind.init(rawValue:)), let id = record.text(1)
      else {
        throw CorruptFile(path: path, reason: "record \(record.number) has no kind or id")
      }
      let from = record.text(2)
      guard from == nil || from.flatMap({ Day($0) }) != nil else {
        throw CorruptFile(path: path, reason: "record \(record.number): valid_from is no day")
      }
      history.restore(
        NameHistory.Entity(kind: kind, id: id),
        NameHistory.Version(
          from: from.flatMap { Day($0) }, isDeleted: record.text(4) == "deleted", name: record.text(5),
          email: record.text(6),
          principalType: record.text(7).flatMap(NameBook.PrincipalType.init(rawValue:)),
          projectID: record.text(8), ownerID: record.text(9)))
    }
    return history
  }
}

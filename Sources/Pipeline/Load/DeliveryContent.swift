import FOCUS
import Spend
import Staging

/// The files and days of a delivery while it is put together.
struct DeliveryContent {
  private(set) var files: [DeliveredFile] = []
  /// Where each file lies now, by its path.
  private var sources: [String: String] = [:]
  /// Files made now.
  private(set) var written = 0
  var organizations: [String: DeliveredOrganization] = [:]

  mutating func add(_ new: [DeliveredFile], _ places: [String], isNew: Bool) {
    for (file, place) in zip(new, places) {
      files.append(file)
      sources[file.path] = place
      if isNew { written += 1 }
    }
  }

  /// Keeps an organization as an earlier delivery had it; false if it did not have it.
  mutating func keep(_ organization: String, of earlier: Manifest?) -> Bool {
    guard let earlier, let delivered = earlier.organizations[organization] else { return false }
    for date in delivered.days.keys { keep(organization, date: date, of: earlier) }
    organizations[organization] = delivered
    return true
  }

  /// Keeps the files of one organization's day.
  mutating func keep(_ organization: String, date: String, of earlier: Manifest?) {
    let kept = (earlier?.files ?? []).filter { $0.organization == organization && $0.date == date }
    add(kept, kept.map { "focus/" + $0.path }, isNew: false)
  }

  /// The data tree, sorted by name.
  func entries(_ month: Month) -> [TreeEntry] {
    let folder = Layout.data(month)
    return files.map { file in
      TreeEntry(
        name: String("focus/\(file.path)".dropFirst(folder.count + 1)),
        source: sources[file.path] ?? "focus/" + file.path)
    }.sorted { $0.name < $1.name }
  }

  private var dimensions: [String] {
    Set(organizations.values.flatMap { $0.days.values.flatMap(\.dimensions) }).sorted()
  }

  private var madeFrom: [String: String] {
    var inputs: [String: String] = [:]
    for (name, organization) in organizations {
      for (date, day) in organization.days {
        inputs["\(Layout.normalizedOrganization(name))/date=\(date)/\(ChargeFile.name)"] = day.madeFrom
      }
    }
    return inputs
  }

  func manifest(
    month: Month, focusVersion: FOCUSVersion, schemaID: String, datasetInstanceID: String
  ) -> Manifest {
    let files = files.sorted { $0.path < $1.path }
    var totals = ControlTotals()
    for organization in organizations.values {
      if let sum = ControlTotals(texts: organization.controlTotals) { totals += sum }
    }
    let digest = Digest(of: files.map { "\($0.path) \($0.sha256)\n" }.joined()).hex
    return Manifest(
      billingPeriod: month.description, billingPeriodStart: month.firstDay.timestamp,
      billingPeriodEnd: month.end.timestamp, focusVersion: focusVersion.rawValue, schemaID: schemaID,
      datasetInstanceID: datasetInstanceID, delivery: String(digest.prefix(16)),
      open: organizations.values.contains { $0.days.values.contains(where: \.open) },
      rows: organizations.values.reduce(0) { $0 + $1.rows }, bytes: files.reduce(0) { $0 + $1.bytes },
      sha256: digest, dimensions: dimensions, madeFrom: madeFrom, controlTotals: totals.texts, files: files,
      organizations: organizations)
  }
}

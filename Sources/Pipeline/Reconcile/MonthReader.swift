import Spend
import Staging

/// Reads what the pipeline's own sources say of one organization's month, and checks that their files are those of
/// their records.
struct MonthReader: Sendable {
  let store: any Store
  let month: Month

  private var partitions: PartitionStore { PartitionStore(store) }

  /// The delivery of the month.
  /// - Throws: ``CorruptFile`` for a manifest that cannot be read.
  func delivery() async throws -> DeliverySnapshot? {
    try await DeliverySnapshot.read(Layout.manifest(month), from: store, folder: nil)
  }

  /// Every day of the month, earliest first.
  /// - Throws: ``CorruptFile`` for a file that is not what its record says; what the store throws.
  func days(of organization: String, _ delivery: DeliverySnapshot?) async throws -> [DayMoney] {
    try await concurrentMap(Array(month.days)) { day in
      var money = DayMoney(day: day)
      let control = try await raw(organization, DatasetName.costsUngrouped, day)
      let costs = try await raw(organization, DatasetName.costs, day)
      money.api = try totals(control)
      money.costLines = try totals(costs)
      money.isControlledByCSV = control?.record.madeFrom["control"] != nil
      let charges = try await partition(Layout.normalized(organization: organization, day: day))
      money.charges = try totals(charges)
      money.isOpen = [control, costs, charges].contains { $0?.record.open == true }
      let date = day.description
      if let delivery, let delivered = delivery.manifest.organizations[organization]?.days[date] {
        money.delivered = try await self.delivered(organization, date, delivered, delivery)
        money.isOpen = money.isOpen || delivered.open
        money.degraded = delivered.degraded
        money.isKeptBack = delivered.refused != nil
      }
      return money
    }
  }

  private struct Input {
    let folder: String
    let record: PartitionRecord
  }

  private func raw(_ organization: String, _ dataset: String, _ day: Day) async throws -> Input? {
    try await partition(Layout.raw(organization: organization, dataset: dataset, day: day))
  }

  private func partition(_ folder: String) async throws -> Input? {
    guard let record = try await partitions.record(folder) else { return nil }
    guard try await partitions.isWhole(folder, record) else {
      throw CorruptFile(
        path: folder, reason: "its files are not those of its record; run the stage that makes it again")
    }
    return Input(folder: folder, record: record)
  }

  private func totals(_ input: Input?) throws -> ControlTotals? {
    guard let input else { return nil }
    guard let totals = try ControlTotals(recorded: input.record.controlTotals, in: input.folder) else {
      throw CorruptFile(path: input.folder, reason: "its record has no control_totals")
    }
    return totals
  }

  /// The day's money as the delivered files have it: they are what is handed on, and not the manifest.
  private func delivered(
    _ organization: String, _ date: String, _ day: DeliveredDay, _ snapshot: DeliverySnapshot
  ) async throws -> DeliveredMoneyOfDay {
    let path = Layout.manifest(month)
    let stated = try ControlTotals(recorded: day.controlTotals, in: path) ?? ControlTotals()
    let files = snapshot.manifest.files.filter { $0.organization == organization && $0.date == date }
    // Formats hold the same charges: one of them is read.
    guard let format = files.map(\.format).min() else {
      guard day.rows == 0 else {
        throw CorruptFile(path: path, reason: "\(organization), \(date) has \(day.rows) rows and no file")
      }
      return DeliveredMoneyOfDay()
    }
    var money = DeliveredMoneyOfDay()
    for file in files where file.format == format {
      let path = "\(store.name)/\(snapshot.key(file))"
      let content = try await snapshot.content(file)
      guard try DeliveredDayReader(content, file, path: path).add(to: &money) else {
        // Without BilledCost in the files the manifest is all there is.
        money.totals = stated
        return money
      }
    }
    guard money.totals == stated else {
      throw CorruptFile(
        path: path,
        reason: "\(organization), \(date): its files hold \(money.totals), the manifest says \(stated)")
    }
    return money
  }
}

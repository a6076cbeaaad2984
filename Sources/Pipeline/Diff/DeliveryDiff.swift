import Diagnostics
import Spend
import Staging

/// Compares deliveries charge by charge.
///
/// Goes through the days of both sides one by one and holds one organization's day of each side at a time. Files with
/// equal digests are the same and are not read, unless a grouping asks for what the manifest does not tell.
public struct DeliveryDiff: Sendable {
  private let options: DiffOptions

  public init(_ options: DiffOptions = DiffOptions()) { self.options = options }

  /// Files of one organization's day, in one format.
  private struct Part {
    let snapshot: DeliverySnapshot
    let files: [DeliveredFile]
  }

  /// One organization's day on both sides. Organizations are matched by their BillingAccountId: what they are called
  /// in paths is each output's own matter.
  private struct Key: Hashable, Comparable {
    let date: String
    let billingAccountID: String
    static func < (left: Key, right: Key) -> Bool {
      (left.date, left.billingAccountID) < (right.date, right.billingAccountID)
    }
  }

  /// - Parameter onDifference: called with each difference, by day, organization and identity.
  /// - Throws: ``CorruptFile`` for a file that is not what its manifest says; what `onDifference` throws.
  public func compare(
    _ before: ComparedSide, _ after: ComparedSide, onDifference: (ChargeDifference) throws -> Void
  ) async throws -> DiffReport {
    let left = try parts(before)
    let right = try parts(after)
    var counts = DiffReport.Counts()
    var totals = DiffTotals(options.groupings)
    for key in Set(left.keys).union(right.keys).sorted() {
      counts.days += 1
      let (old, new) = Self.comparable(left[key] ?? [], right[key] ?? [])
      if let old, let new, Self.areIdentical(old, new) {
        counts.identicalDays += 1
        counts.same += new.files.reduce(0) { $0 + $1.rows }
        try await addIdentical(new, key.date, key.billingAccountID, to: &totals)
        continue
      }
      let oldCharges = try await charges(old, on: .before, &totals)
      let newCharges = try await charges(new, on: .after, &totals)
      let result = DayCharges.differences(oldCharges, newCharges, options)
      counts.same += result.same
      for difference in result.differences {
        counts.count(difference)
        try onDifference(difference)
      }
    }
    let different =
      counts.added + counts.removed + counts.changed + (options.isStrict ? counts.renamed : 0)
    return DiffReport(counts: counts, totals: totals.all, isSame: different == 0)
  }

  /// The files of a side by day and format.
  /// - Throws: ``CorruptFile`` for a manifest that contradicts itself.
  private func parts(_ side: ComparedSide) throws -> [Key: [Part]] {
    var parts: [Key: [Part]] = [:]
    for snapshot in side.snapshots {
      let byPlace = Dictionary(
        grouping: snapshot.manifest.files.filter { options.covers($0.organization) }
      ) { file in
        let organization = snapshot.manifest.organizations[file.organization]
        return Key(date: file.date, billingAccountID: organization?.billingAccountID ?? file.organization)
      }
      for (key, files) in byPlace {
        guard parts[key] == nil else {
          throw CorruptFile(
            path: side.reference, reason: "\(key.billingAccountID), \(key.date) is in two of its deliveries")
        }
        parts[key] = Dictionary(grouping: files, by: \.format).sorted { $0.key < $1.key }
          .map { Part(snapshot: snapshot, files: $0.value.sorted { $0.path < $1.path }) }
      }
    }
    return parts
  }

  /// One format of each side, the same one where both have one in common: formats hold the same charges.
  private static func comparable(_ left: [Part], _ right: [Part]) -> (Part?, Part?) {
    for old in left {
      if let new = right.first(where: { $0.files.first?.format == old.files.first?.format }) {
        return (old, new)
      }
    }
    return (left.first, right.first)
  }

  private static func areIdentical(_ old: Part, _ new: Part) -> Bool {
    old.files.map(\.sha256).sorted() == new.files.map(\.sha256).sorted()
  }

  private func charges(_ part: Part?, on side: DiffTotals.Side, _ totals: inout DiffTotals) async throws
    -> DayCharges
  {
    var charges = DayCharges()
    guard let part else { return charges }
    for file in part.files {
      try await forEachCharge(of: file, part.snapshot) { charge, cost, currency in
        try charges.add(charge, cost: cost, ignoring: options.ignored)
        totals.add(charge, cost, currency: currency, on: side)
      }
    }
    return charges
  }

  /// Counts a day that is the same on both sides.
  private func addIdentical(
    _ part: Part, _ date: String, _ billingAccountID: String, to totals: inout DiffTotals
  ) async throws {
    let isInManifest = options.groupings.allSatisfy(\.isInManifest)
    for file in part.files {
      guard isInManifest else {
        try await forEachCharge(of: file, part.snapshot) { charge, cost, currency in
          totals.add(charge, cost, currency: currency, on: .both)
        }
        continue
      }
      let name = part.snapshot.manifest.organizations[file.organization]?.billingAccountName
      for (currency, text) in file.controlTotals {
        let cost = try decimal(text, at: "\(part.snapshot.key(file))", "control_totals")
        for grouping in options.groupings {
          let isDay = grouping == .day
          totals.add(
            cost, grouping, isDay ? date : billingAccountID, name: isDay ? nil : name, currency: currency,
            on: .both)
        }
      }
    }
  }

  private func forEachCharge(
    of file: DeliveredFile, _ snapshot: DeliverySnapshot,
    _ body: (DeliveredFields, _ cost: ExactDecimal, _ currency: String) throws -> Void
  ) async throws {
    let path = "\(snapshot.store.name)/\(snapshot.key(file))"
    let content = try await snapshot.content(file)
    try DeliveredPartReader.forEachCharge(of: content, format: file.format, path: path) { charge, line in
      guard let text = charge[.billedCost], let currency = charge[.currency] else {
        throw CorruptFile(path: "\(path):\(line)", reason: "a charge without BilledCost or BillingCurrency")
      }
      let cost = try decimal(text, at: "\(path):\(line)", DiffColumn.billedCost.name)
      do { try body(charge, cost, currency) } catch let error as DecimalSyntaxError {
        throw CorruptFile(path: "\(path):\(line)", reason: "\(DiffColumn.consumedQuantity.name): \(error)")
      }
    }
  }

  private func decimal(_ text: String, at place: @autoclosure () -> String, _ column: String) throws
    -> ExactDecimal
  {
    do { return try ExactDecimal(text) } catch {
      throw CorruptFile(path: place(), reason: "\(column): \(error)")
    }
  }
}

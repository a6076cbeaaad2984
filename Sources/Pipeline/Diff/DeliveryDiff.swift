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
    var leftOut: Set<DiffColumn> = []
    for key in Set(left.keys).union(right.keys).sorted() {
      counts.days += 1
      let (old, new) = Self.comparable(left[key] ?? [], right[key] ?? [])
      if let old, let new, Self.areIdentical(old, new) {
        counts.identicalDays += 1
        counts.same += new.files.reduce(0) { $0 + $1.rows }
        try await addIdentical(new, key.date, key.billingAccountID, to: &totals)
        continue
      }
      let oldFiles = try await load(old)
      let newFiles = try await load(new)
      // A column that one side lacks (FOCUS 1.2 has no allocation, a subset has less) distinguishes nothing.
      let common = Self.commonColumns(oldFiles, newFiles)
      leftOut.formUnion(DiffColumn.compared.subtracting(common))
      let oldCharges = try charges(oldFiles, common, on: .before, &totals)
      let newCharges = try charges(newFiles, common, on: .after, &totals)
      let result = DayCharges.differences(oldCharges, newCharges, options)
      counts.same += result.same
      for difference in result.differences {
        counts.count(difference)
        try onDifference(difference)
      }
    }
    let different =
      counts.added + counts.removed + counts.changed + (options.isStrict ? counts.renamed : 0)
    return DiffReport(
      counts: counts, totals: totals.all, columnsLeftOut: leftOut.map(\.name).sorted(), isSame: different == 0
    )
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

  /// A file's bytes as stored, and the columns it has.
  private struct LoadedFile {
    let path: String
    let format: String
    let content: [UInt8]
    let columns: Set<DiffColumn>
  }

  private func load(_ part: Part?) async throws -> [LoadedFile] {
    guard let part else { return [] }
    var loaded: [LoadedFile] = []
    for file in part.files { loaded.append(try await load(file, part.snapshot)) }
    return loaded
  }

  private func load(_ file: DeliveredFile, _ snapshot: DeliverySnapshot) async throws -> LoadedFile {
    let path = "\(snapshot.store.name)/\(snapshot.key(file))"
    let content = try await snapshot.content(file)
    let columns = try DeliveredPartReader.columns(of: content, format: file.format, path: path)
    return LoadedFile(path: path, format: file.format, content: content, columns: columns)
  }

  /// A side without files lacks no column.
  private static func commonColumns(_ old: [LoadedFile], _ new: [LoadedFile]) -> Set<DiffColumn> {
    (old + new).reduce(Set(DiffColumn.allCases)) { $0.intersection($1.columns) }
  }

  private func charges(
    _ files: [LoadedFile], _ columns: Set<DiffColumn>, on side: DiffTotals.Side, _ totals: inout DiffTotals
  ) throws -> DayCharges {
    var charges = DayCharges()
    let isWhole = columns.isSuperset(of: DiffColumn.compared)
    for file in files {
      try forEachCharge(of: file) { charge, cost, currency in
        try charges.add(isWhole ? charge : charge.keeping(columns), cost: cost, ignoring: options.ignored)
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
        try forEachCharge(of: try await load(file, part.snapshot)) { charge, cost, currency in
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
    of file: LoadedFile, _ body: (DeliveredFields, _ cost: ExactDecimal, _ currency: String) throws -> Void
  ) throws {
    let path = file.path
    try DeliveredPartReader.forEachCharge(of: file.content, format: file.format, path: path) { charge, line in
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

import Diagnostics
import Spend
import Staging

/// Compares deliveries charge by charge.
///
/// Goes through the days of both sides one by one and holds one organization's day of each side at a time, of a very
/// large one a part. Files with equal digests are the same and are not read, unless a grouping asks for what the
/// manifest does not tell.
public struct DeliveryDiff: Sendable {
  private let options: DiffOptions

  /// A day with more charges on one side than this is compared in several parts, each read for itself.
  static let rowsAtOnce = 400_000

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

  /// - Parameter onDifference: called with each difference, by day, organization and identity; of a day that is
  ///   compared in parts, part by part.
  /// - Throws: ``CorruptFile`` for a file that is not what its manifest says; what `onDifference` throws.
  public func compare(
    _ before: ComparedSide, _ after: ComparedSide, onDifference: (FoundDifference) throws -> Void
  ) async throws -> DiffReport {
    try await compare(before, after, rowsAtOnce: Self.rowsAtOnce, onDifference: onDifference)
  }

  func compare(
    _ before: ComparedSide, _ after: ComparedSide, rowsAtOnce: Int,
    onDifference: (FoundDifference) throws -> Void
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
      let common = (oldFiles + newFiles).reduce(Set(DiffColumn.allCases)) { $0.intersection($1.columns) }
      leftOut.formUnion(DiffColumn.compared.subtracting(common))
      let columns = ComparedColumns(common: common, ignoring: options.ignored)
      let rows = max(oldFiles.reduce(0) { $0 + $1.rows }, newFiles.reduce(0) { $0 + $1.rows })
      let parts = max(1, (rows + rowsAtOnce - 1) / rowsAtOnce)
      for part in 0..<parts {
        let part = DayCharges.Part(index: part, count: parts)
        // Both sides at once: they have nothing in common until they are compared.
        async let oldCharges = charges(oldFiles, columns, part)
        async let newCharges = charges(newFiles, columns, part)
        let comparison = DayComparison(try await oldCharges, try await newCharges)
        totals.add(comparison.before.sums, comparison.before.texts, on: .before)
        totals.add(comparison.after.sums, comparison.after.texts, on: .after)
        let found = comparison.differences(options)
        counts.same += found.same
        for pair in found.pairs {
          let difference = FoundDifference(comparison: comparison, pair: pair)
          counts.count(difference)
          try onDifference(difference)
        }
      }
    }
    let different =
      counts.added + counts.removed + counts.changed + (options.isStrict ? counts.renamed : 0)
    return DiffReport(
      counts: counts, totals: totals.all, columnsLeftOut: leftOut.map(\.name).sorted(), isSame: different == 0
    )
  }

  private func charges(
    _ files: [DeliveredFileReader], _ columns: ComparedColumns, _ part: DayCharges.Part
  ) async throws -> DayCharges {
    try DayCharges(files, columns, options.groupings, part)
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

  private func load(_ part: Part?) async throws -> [DeliveredFileReader] {
    guard let part else { return [] }
    var loaded: [DeliveredFileReader] = []
    for file in part.files {
      loaded.append(
        try DeliveredFileReader(
          try await part.snapshot.content(file), file,
          path: "\(part.snapshot.store.name)/\(part.snapshot.key(file))"))
    }
    return loaded
  }

  /// Counts a day that is the same on both sides.
  private func addIdentical(
    _ part: Part, _ date: String, _ billingAccountID: String, to totals: inout DiffTotals
  ) async throws {
    guard options.groupings.allSatisfy(\.isInManifest) else {
      var texts = TextNumbers()
      var sums = GroupSums(options.groupings)
      let wanted = Set(DiffColumn.required + options.groupings.flatMap(\.columns))
      for file in try await load(part) {
        try file.forEachRow(wanted) { sums.add(try file.decimal(.billedCost, of: $0), $0, &texts) }
      }
      return totals.add(sums, texts, on: .both)
    }
    for file in part.files {
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

  private func decimal(_ text: String, at place: @autoclosure () -> String, _ column: String) throws
    -> ExactDecimal
  {
    do { return try ExactDecimal(text) } catch {
      throw CorruptFile(path: place(), reason: "\(column): \(error)")
    }
  }
}

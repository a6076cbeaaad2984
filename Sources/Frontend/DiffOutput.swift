import Pipeline
import Spend
import Staging

/// Prints a comparison: what is shown in order of size is kept until the end, all else is printed as it comes.
struct DiffOutput {
  let before: ComparedSide
  let after: ComparedSide
  let format: DiffFormat
  /// 0 for all.
  let limit: Int
  /// Whether CSV holds totals in place of charges.
  let showsTotals: Bool
  private var largest: LargestDifferences
  private var printed = 0
  /// Lines are written many at a time: differences may be millions.
  private var pending: [UInt8] = []
  private static let pendingLimit = 1 << 16

  init(_ before: ComparedSide, _ after: ComparedSide, format: DiffFormat, limit: Int, showsTotals: Bool) {
    self.before = before
    self.after = after
    self.format = format
    self.limit = limit
    self.showsTotals = showsTotals
    largest = LargestDifferences(limit: limit)
  }

  private static let chargeHeader = [
    "change", "difference", "currency", "before", "after", "organization", "day", "project", "line item",
    "key",
    "person", "category", "quantity before", "quantity after",
  ]
  private static let chargeNumbers: Set<Int> = [1, 3, 4, 12, 13]

  mutating func begin() throws {
    switch format {
    case .table: try write(["A  \(Self.title(before))", "B  \(Self.title(after))", ""])
    case .markdown: try write(["A: `\(Self.title(before))`  ", "B: `\(Self.title(after))`", ""])
    case .json: try emit("{\"changes\":[")
    case .csv: if !showsTotals { try emit(DiffCSV.chargeHeader) }
    }
  }

  mutating func add(_ found: FoundDifference) throws {
    if limit > 0 { largest.add(found) } else { try print(found.charge) }
  }

  mutating func end(_ report: DiffReport) throws {
    for difference in largest.kept where !format.isForPeople { try print(difference) }
    switch format {
    case .table, .markdown:
      if !largest.kept.isEmpty {
        try write(lines([Self.chargeHeader] + largest.kept.map(Self.row), Self.chargeNumbers))
      }
      if largest.left > 0 {
        try write(["", "… and \(largest.left) more with smaller differences; --limit 0 shows all"])
      }
      if printed > 0 || !largest.kept.isEmpty { try write([""]) }
      for table in Self.totalTables(report) { try write(lines(table, [3, 4, 5]) + [""]) }
      if !report.columnsLeftOut.isEmpty {
        try write([
          "not compared, as one side has no such columns: " + report.columnsLeftOut.joined(separator: ", ")
        ])
      }
      try write([Self.conclusion(report)])
    case .json:
      let tail = try DeterministicJSON.encode(DiffJSON.Tail(report, before, after), onOneLine: true)
      // The object was opened before the first change.
      try emit("\n]," + String(decoding: tail.dropFirst(), as: UTF8.self))
    case .csv:
      if showsTotals { try emit(DiffCSV.totals(report.totals)) }
    }
    try flush()
  }

  private mutating func print(_ difference: ChargeDifference) throws {
    switch format {
    case .table:
      // The widths of columns are not known before the last row.
      if printed == 0 { try write([Self.chargeHeader.joined(separator: " · ")]) }
      try write([
        Self.row(difference).map { $0.isEmpty ? "-" : TextTable.printable($0) }.joined(separator: " · ")
      ])
    case .markdown:
      let rows = lines([Self.chargeHeader, Self.row(difference)], Self.chargeNumbers)
      try write(printed == 0 ? rows : Array(rows.suffix(1)))
    case .json:
      let text = try DeterministicJSON.encode(DiffJSON.Change(difference), onOneLine: true)
      try emit(
        (printed == 0 ? "\n" : ",\n") + String(decoding: text.dropLast(), as: UTF8.self))
    case .csv:
      if !showsTotals { try emit(DiffCSV.row(difference)) }
    }
    printed += 1
  }

  private func lines(_ rows: [[String]], _ numbers: Set<Int>) -> [String] {
    format == .markdown
      ? TextTable.markdown(rows, rightAligned: numbers) : TextTable.aligned(rows, rightAligned: numbers)
  }

  private mutating func write(_ lines: [String]) throws {
    try emit(lines.map { $0 + "\n" }.joined())
  }

  private mutating func emit(_ text: String) throws {
    pending.append(contentsOf: text.utf8)
    if pending.count > Self.pendingLimit { try flush() }
  }

  private mutating func flush() throws {
    try StandardStreams.writeSummary(String(decoding: pending, as: UTF8.self))
    pending.removeAll(keepingCapacity: true)
  }

  private static func title(_ side: ComparedSide) -> String {
    let deliveries = side.snapshots.map { "\($0.manifest.billingPeriod) delivery \($0.manifest.delivery)" }
    return "\(side.reference): \(deliveries.isEmpty ? "nothing" : deliveries.joined(separator: ", "))"
  }

  /// `changed cost, names`.
  private static func what(_ difference: ChargeDifference) -> String {
    ([difference.kind.rawValue] + [difference.aspects.map(\.rawValue).joined(separator: ", ")])
      .filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func row(_ difference: ChargeDifference) -> [String] {
    let identity = difference.identity
    let names = difference.names
    return [
      what(difference), signed(difference.difference), identity.currency ?? "",
      difference.before?.cost.description ?? "", difference.after?.cost.description ?? "",
      names?.billingAccount ?? identity.billingAccountID ?? "", identity.day ?? "",
      renamed(difference, \.subAccount) ?? identity.subAccountID ?? "", identity.lineItem ?? "",
      renamed(difference, \.credential) ?? identity.credentialID ?? "",
      renamed(difference, \.principal) ?? identity.principalID ?? "", identity.chargeCategory ?? "",
      difference.before?.quantityText ?? "", difference.after?.quantityText ?? "",
    ]
  }

  /// A name, or both where it has changed.
  private static func renamed(
    _ difference: ChargeDifference, _ name: KeyPath<ChargeDifference.Names, String?>
  ) -> String? {
    let (old, new) = (difference.before?.names[keyPath: name], difference.after?.names[keyPath: name])
    guard difference.kind == .changed, old != new else { return new ?? old }
    return "\(old ?? "none") → \(new ?? "none")"
  }

  private static func signed(_ value: ExactDecimal) -> String {
    value.isNegative || value.isZero ? value.description : "+\(value)"
  }

  /// One table for each grouping.
  private static func totalTables(_ report: DiffReport) -> [[[String]]] {
    var tables: [[[String]]] = []
    var last: DiffGrouping?
    for total in report.totals {
      if total.grouping != last {
        tables.append([[total.grouping.rawValue, "name", "currency", "before", "after", "difference"]])
        last = total.grouping
      }
      tables[tables.count - 1].append([
        total.key ?? "(none)", total.name ?? "", total.currency, total.before.description,
        total.after.description,
        signed(total.difference),
      ])
    }
    return tables
  }

  private static func conclusion(_ report: DiffReport) -> String {
    let counts = report.counts
    return "\(report.isSame ? "same" : "different"): \(counts.added) added, \(counts.removed) removed, "
      + "\(counts.changed) changed, \(counts.renamed) renamed, \(counts.same) the same; "
      + "\(counts.identicalDays) of \(counts.days) days have identical files"
  }
}

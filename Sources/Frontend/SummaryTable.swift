import Pipeline

/// The end of a run for a person: what was delivered, and the money at each step.
struct SummaryTable {
  let report: RunReport
  let output: String
  /// The root of `focus/`.
  let focus: String

  /// More days than this are shown as sums; the run record has them all.
  private static let dayLimit = 62
  /// Line items without a principal that are shown; the run record has more.
  private static let unattributedLimit = 5
  /// Restated days that are shown; the run record has them all.
  private static let restatementLimit = 20

  var text: String {
    var lines: [String] = []
    if !report.controlTotals.isEmpty {
      lines += [
        "", "Control totals, \(report.from ?? "") to \(report.to ?? "") (exclusive)", "",
      ]
      lines += controlTable
    }
    if !report.attribution.isEmpty { lines += ["", "Attribution", ""] + attributionTable }
    lines.append("")
    lines += counts
    lines += restatements
    for (kind, count) in report.warnings.sorted(by: { $0.key < $1.key }) {
      lines.append("warning  \(kind) ×\(count): \(report.warningExamples[kind] ?? "")")
    }
    for failure in report.failures { lines.append("failed   [\(failure.exitCode)] \(failure.message)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var controlTable: [String] {
    var rows = [
      ["organization", "day", "currency", "API total", "cost lines", "charges", "delivered", "equal"]
    ]
    if report.controlTotals.count <= Self.dayLimit {
      for entry in report.controlTotals {
        rows.append([
          entry.organization, entry.date, entry.currency, entry.api ?? "-", entry.costLines ?? "-",
          entry.charges ?? "-", entry.delivered ?? "-", entry.equal ? "yes" : "NO",
        ])
      }
    }
    for (organization, totals) in report.totals.sorted(by: { $0.key < $1.key }) {
      for (currency, total) in totals.sorted(by: { $0.key < $1.key }) {
        let days = report.controlTotals.filter { $0.organization == organization && $0.currency == currency }
        let allEqual = days.allSatisfy(\.equal)
        rows.append([
          organization, "\(days.count) days", currency, "", "", "", total, allEqual ? "yes" : "NO",
        ])
      }
    }
    return Self.aligned(rows, rightAligned: [3, 4, 5, 6])
  }

  private var attributionTable: [String] {
    var rows = [["organization", "method", "currency", "cost"]]
    for (organization, attribution) in report.attribution.sorted(by: { $0.key < $1.key }) {
      for (method, totals) in attribution.methods.sorted(by: { $0.key < $1.key }) {
        for (currency, total) in totals.sorted(by: { $0.key < $1.key }) {
          rows.append([organization, method, currency, total])
        }
      }
      for item in attribution.unattributed.prefix(Self.unattributedLimit) {
        for (currency, total) in item.totals.sorted(by: { $0.key < $1.key }) {
          rows.append([organization, "  \(item.lineItem.prefix(60))", currency, total])
        }
      }
    }
    return Self.aligned(rows, rightAligned: [3])
  }

  private var counts: [String] {
    let counts = report.counts
    var lines: [String] = []
    if counts.partitionsFetched + counts.partitionsKept > 0 {
      lines.append(
        "raw         \(counts.partitionsFetched) partitions fetched, \(counts.partitionsKept) kept, \(counts.rawRows) rows"
      )
    }
    if counts.daysNormalized + counts.daysKept > 0 {
      lines.append(
        "normalized  \(counts.daysNormalized) days made, \(counts.daysKept) kept, \(counts.charges) charges, "
          + "\(counts.usageRows) usage rows")
    }
    for delivery in report.deliveries {
      let totals = delivery.controlTotals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append(
        "delivered   \(delivery.billingPeriod): \(delivery.rows) charges in \(delivery.files) files, "
          + "\(totals.joined(separator: ", "))\(delivery.changed ? "" : " (unchanged)") · \(focus)/\(delivery.manifest)"
      )
    }
    lines.append("record      \(output)/runs/\(report.runID).json, \(report.seconds) s")
    return lines
  }

  private var restatements: [String] {
    let shown = report.restatements.prefix(Self.restatementLimit).map { entry in
      "restated    \(entry.organization) \(entry.date): \(entry.currency) \(entry.was) → \(entry.now), "
        + "\(entry.rowsWas) → \(entry.rowsNow) charges, \(entry.wasOpen ? "was open" : "was settled")"
        + (entry.acceptedShrink ? ", shrink accepted" : "")
    }
    let more = report.restatements.count - shown.count
    return more > 0 ? shown + ["restated    and \(more) more, see the record"] : shown
  }

  static func aligned(_ rows: [[String]], rightAligned: Set<Int>) -> [String] {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }.joined(separator: "  ").trimmingTrailingSpaces
    }
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}

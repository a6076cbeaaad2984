import Spend
import Staging

extension NormalizeOutput {
  /// Line items without a principal that a report names.
  private static let unattributedLimit = 20

  func count(into report: inout RunReport) {
    var attribution: [String: AttributionTotals] = [:]
    for day in days {
      report.counts.charges += day.charges
      report.counts.usageRows += day.usageRows
      if day.changed { report.counts.daysNormalized += 1 } else { report.counts.daysKept += 1 }
      if let record = day.attribution {
        attribution[day.organization, default: AttributionTotals()].add(record)
      }
    }
    report.attribution = attribution.mapValues { totals in
      RunReport.Attribution(
        methods: totals.record.methods,
        unattributed: totals.largestUnattributed(Self.unattributedLimit).map {
          RunReport.LineItemTotal(lineItem: $0.lineItem, totals: $0.totals.texts)
        })
    }
  }
}

extension LoadOutput {
  func count(into report: inout RunReport) {
    for delivery in deliveries {
      report.counts.filesWritten += delivery.filesWritten
      report.counts.filesKept += delivery.filesKept
      report.counts.deliveredRows += delivery.manifest.rows
      report.deliveries.append(
        RunReport.Delivery(
          billingPeriod: delivery.month.description, delivery: delivery.manifest.delivery,
          manifest: Layout.manifest(delivery.month), rows: delivery.manifest.rows,
          files: delivery.manifest.files.count, changed: delivery.changed,
          controlTotals: delivery.manifest.controlTotals))
    }
    for restated in restatements {
      report.restatements += restated.restatement.changes.map { change in
        RunReport.RestatementEntry(restated, currency: change.currency, was: change.was, now: change.now)
      }
    }
  }
}

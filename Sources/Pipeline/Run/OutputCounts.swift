import Staging

extension NormalizeOutput {
  func count(into counts: inout RunReport.Counts) {
    for day in days {
      counts.charges += day.charges
      counts.usageRows += day.usageRows
      if day.changed { counts.daysNormalized += 1 } else { counts.daysKept += 1 }
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
  }
}

import Spend

/// What a run says to a collector.
struct RunMetrics {
  private(set) var samples: [MetricSample] = []

  /// - Parameters:
  ///   - status: what is delivered; nil where there was no time to look.
  ///   - now: Unix time.
  ///   - earlier: the samples in place: those of other commands stay, as does the last success of a run that failed.
  init(_ report: RunReport, status: PipelineStatus?, now: Int, earlier: [MetricSample]) {
    samples = earlier.filter { sample in
      switch sample.label("command") {
      case nil: sample.metric != .buildInfo && status == nil
      case report.command?: sample.metric == .lastSuccess && report.exitCode != 0
      default: true
      }
    }
    addRun(report, now)
    addMoney(report)
    if let status { add(status) }
    samples.sort { Self.order($0) < Self.order($1) }
  }

  private mutating func addRun(_ report: RunReport, _ now: Int) {
    let command = report.command
    samples.append(MetricSample(.buildInfo, ["version": report.version], "1"))
    samples.append(MetricSample(.lastRun, ["command": command], "\(now)"))
    if report.exitCode == 0 { samples.append(MetricSample(.lastSuccess, ["command": command], "\(now)")) }
    samples.append(MetricSample(.exitCode, ["command": command], "\(report.exitCode)"))
    samples.append(MetricSample(.runSeconds, ["command": command], "\(report.seconds)"))
    for (stage, seconds) in report.stageSeconds {
      samples.append(MetricSample(.stageSeconds, ["command": command, "stage": stage], "\(seconds)"))
    }
    let counts = report.counts
    for (kind, rows) in [
      ("raw", counts.rawRows), ("charges", counts.charges), ("usage", counts.usageRows),
      ("delivered", counts.deliveredRows),
    ] {
      samples.append(MetricSample(.rows, ["command": command, "kind": kind], "\(rows)"))
    }
    for (kind, count) in report.warnings {
      samples.append(MetricSample(.warnings, ["command": command, "kind": kind], "\(count)"))
    }
    for (status, count) in counts.requests {
      samples.append(MetricSample(.requests, ["command": command, "status": status], "\(count)"))
    }
    let failures = Dictionary(grouping: report.failures) { FailureKind($0) }
    for (kind, all) in failures {
      samples.append(
        MetricSample(
          .failures,
          ["command": command, "organization": kind.organization, "exit_code": "\(kind.exitCode)"],
          "\(all.count)"))
    }
  }

  private struct FailureKind: Hashable {
    let organization: String
    let exitCode: Int32
    init(_ failure: RunReport.Failure) {
      organization = failure.organization ?? ""
      exitCode = failure.exitCode
    }
  }

  private mutating func addMoney(_ report: RunReport) {
    for (organization, totals) in report.totals {
      for (currency, total) in totals {
        samples.append(
          MetricSample(
            .cost, ["command": report.command, "organization": organization, "currency": currency], total))
      }
    }
    for (organization, attribution) in report.attribution {
      for (currency, share) in Self.attributedShares(attribution.methods) {
        samples.append(
          MetricSample(
            .attributed, ["command": report.command, "organization": organization, "currency": currency],
            share.description))
      }
    }
    if !report.stageSeconds.keys.contains(Stage.load.rawValue) { return }
    for organization in report.organizations {
      let days = Set(report.restatements.filter { $0.organization == organization }.map(\.date))
      samples.append(
        MetricSample(
          .restatedDays, ["command": report.command, "organization": organization], "\(days.count)"))
    }
  }

  /// By currency; none where nothing was spent, or more was credited than spent.
  private static func attributedShares(_ methods: [String: [String: String]]) -> [(String, ExactDecimal)] {
    let unknown: Set<String> = [
      AttributionMethod.unattributed.rawValue, AttributionMethod.none.rawValue,
    ]
    var (all, known) = (ControlTotals(), ControlTotals())
    for (method, texts) in methods {
      guard let totals = ControlTotals(texts: texts) else { continue }
      all += totals
      if !unknown.contains(method) { known += totals }
    }
    return all.compactMap { currency, total in
      guard total > .zero, let share = known[currency].divided(by: total, significantDigits: 6) else {
        return nil
      }
      return (currency.code, share)
    }
  }

  private mutating func add(_ status: PipelineStatus) {
    for organization in status.organizations {
      for (state, count) in [
        ("settled", organization.settled), ("open", organization.open.count),
        ("degraded", organization.degraded.count), ("refused", organization.refused.count),
        ("missing", organization.missing.count),
      ] {
        samples.append(
          MetricSample(.days, ["organization": organization.organization, "state": state], "\(count)"))
      }
      if let start = organization.lastDayStart {
        samples.append(MetricSample(.lastDay, ["organization": organization.organization], "\(start)"))
      }
    }
  }

  private static func order(_ sample: MetricSample) -> String {
    sample.labels.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
  }
}

import Pipeline

/// The state of the output for a person.
struct StatusTable {
  let status: PipelineStatus

  /// Days that are named one by one; JSON has them all.
  private static let dayLimit = 10

  var text: String {
    var rows = [
      [
        "organization", "fetched", "settled", "open", "degraded", "refused", "missing", "first day",
        "last day",
        "days behind", "last successful run",
      ]
    ]
    for one in status.organizations {
      rows.append([
        one.organization, "\(one.fetched)", "\(one.settled)", "\(one.open.count)", "\(one.degraded.count)",
        "\(one.refused.count)", "\(one.missing.count)", one.firstDay ?? "-", one.lastDay ?? "-",
        one.daysBehind.map(String.init) ?? "-", one.lastSuccess?.started ?? "never",
      ])
    }
    var lines = TextTable.aligned(rows, rightAligned: [1, 2, 3, 4, 5, 6, 9])
    lines.append("")
    for one in status.organizations {
      lines += days("open", one.organization, one.open)
      lines += days(
        "degraded", one.organization,
        one.degraded.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.joined(separator: ", ")))" })
      lines += days("refused", one.organization, one.refused)
      lines += days("missing", one.organization, one.missing)
    }
    lines += status.damaged.map { "damaged   \($0): the next run makes it anew" }
    if let run = status.lastRun {
      lines.append(
        "last run  \(run.started) \(run.command), exit code \(run.exitCode) · runs/\(run.runID).json")
    } else {
      lines.append("last run  none yet")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func days(_ state: String, _ organization: String, _ days: [String]) -> [String] {
    if days.isEmpty { return [] }
    let more = days.count - Self.dayLimit
    let shown = days.prefix(Self.dayLimit).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    return [state + String(repeating: " ", count: 10 - state.count) + organization + ": " + shown]
  }
}

import Pipeline
import Spend
import Staging

/// A reconciliation as a table, Markdown, CSV or JSON. Amounts are exact in every form.
struct ReconcileOutput {
  let result: Reconciliation

  func text(_ format: DiffFormat) throws -> String {
    switch format {
    case .table: tables(heading: { $1 }, TextTable.aligned)
    case .markdown: tables(heading: { String(repeating: "#", count: $0 + 1) + " " + $1 }, TextTable.markdown)
    case .csv: csv
    case .json:
      String(
        decoding: try DeterministicJSON.encode(ReconcileJSON(result), onOneLine: true), as: UTF8.self)
    }
  }

  private var verdict: String {
    "\(result.month) \(Self.closes(result.closes)) within \(result.tolerance)"
  }

  private static func closes(_ closes: Bool) -> String { closes ? "closes" : "does not close" }

  private func tables(
    heading: (_ level: Int, String) -> String, _ table: ([[String]], Set<Int>) -> [String]
  ) -> String {
    var lines = [heading(1, "Reconciliation: \(verdict)")]
    for organization in result.organizations {
      let name = "\(organization.name) (\(organization.id))"
      if organization.accounts.isEmpty {
        lines += ["", heading(2, "\(name): \(Self.closes(organization.closes)); no source knows any cost")]
      } else if !organization.lines.isEmpty {
        lines += ["", heading(2, "\(name), days")]
      }
      if !organization.lines.isEmpty { lines += [""] + table(Self.lineRows(organization.lines), [3]) }
      for account in organization.accounts {
        lines += ["", heading(2, "\(name), \(account.currency): \(Self.closes(account.closes))"), ""]
        lines += table(Self.figureRows(account), [1, 3, 4])
        if !account.lines.isEmpty { lines += [""] + table(Self.lineRows(account.lines), [3]) }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func figureRows(_ account: Reconciliation.Account) -> [[String]] {
    [["source", "total", "held against", "difference", "unexplained"]]
      + account.figures.map { figure in
        [
          title(figure.source), figure.total?.description ?? "-", figure.source.reference.map(title) ?? "",
          figure.difference.map(signed) ?? "", figure.unexplained.map(signed) ?? "",
        ]
      }
  }

  private static func lineRows(_ lines: [Reconciliation.Line]) -> [[String]] {
    [["", "what", "of", "amount", "why"]]
      + lines.map { line in
        [
          line.keepsOpen ? "open" : "", words(line.kind.rawValue), line.source.map(title) ?? "",
          line.amount.map(signed) ?? "", line.text,
        ]
      }
  }

  private static func title(_ source: ReconciledSource) -> String {
    switch source {
    case .api: "API total"
    case .costLines: "cost lines"
    case .charges: "charges"
    case .delivered: "delivered"
    case .dashboard: "dashboard CSV"
    case .invoice: "invoice"
    }
  }

  private static func words(_ kind: String) -> String { kind.replacing("_", with: " ") }

  private static func signed(_ value: ExactDecimal) -> String {
    value.isNegative || value.isZero ? value.description : "+\(value)"
  }

  /// A row for each figure and for each line.
  private var csv: String {
    var row = CSVRow()
    func add(_ fields: [String?]) {
      for field in fields { row.append(field) }
      row.endRow()
    }
    add([
      "month", "organization", "currency", "record", "source", "what", "first_day", "last_day", "amount",
      "difference", "unexplained", "keeps_open", "text",
    ])
    let month = result.month.description
    func add(_ line: Reconciliation.Line, _ organization: String, _ currency: String?) {
      add([
        month, organization, currency, "line", line.source?.rawValue, line.kind.rawValue,
        line.days?.from.description, line.days?.to.advanced(by: -1).description, line.amount?.description,
        nil,
        nil, line.keepsOpen ? "true" : "false", line.text,
      ])
    }
    for organization in result.organizations {
      for line in organization.lines { add(line, organization.name, nil) }
      for account in organization.accounts {
        let currency = account.currency.code
        for figure in account.figures {
          add([
            month, organization.name, currency, "figure", figure.source.rawValue, nil, nil, nil,
            figure.total?.description, figure.difference?.description, figure.unexplained?.description, nil,
            nil,
          ])
        }
        for line in account.lines { add(line, organization.name, currency) }
      }
    }
    return String(decoding: row.bytes, as: UTF8.self)
  }
}

import Foundation
import Pipeline
import Simulator
import Spend
import Testing

/// Writes what OpenAI's dashboard would let people download, from a simulated organization's truth.
struct DashboardCSV {
  /// The two generations of headers that are known.
  enum Generation: CaseIterable { case october2025, september2026 }

  let generation: Generation
  var lineEnd = "\n"
  var byteOrderMark = false
  /// Turns the order of columns round.
  var reversed = false
  /// Columns that no generation has.
  var more: [String: String] = [:]

  private var columns: [String] {
    var names = [
      "start_time", "end_time", "start_time_iso", "end_time_iso", "amount_value", "amount_currency",
      "line_item",
      "project_id", "organization_id", "organization_name",
    ]
    if generation == .september2026 {
      names += [
        "quantity", "quantity_unit", "user_id", "api_key_id", "project_name", "user_email", "api_source",
      ]
    }
    names += more.keys.sorted()
    return reversed ? names.reversed() : names
  }

  /// Rows with the given fields; all others are blank.
  func text(_ rows: [[String: String]]) -> String {
    let lines = rows.map { row in
      columns.map { Self.quoted(row[$0] ?? more[$0] ?? "") }.joined(separator: ",")
    }
    return (byteOrderMark ? "\u{FEFF}" : "")
      + ([columns.joined(separator: ",")] + lines).map { $0 + lineEnd }.joined()
  }

  /// The days of one organization, each grouped by all that the generation tells.
  func text(_ client: SimulatedClient, _ organization: String, days: [String]) throws -> String {
    var rows: [[String: String]] = []
    for day in days {
      let truth = try client.simulation.truth(organization: organization, day: #require(UTCDay(iso: day)))
      rows += try self.rows(truth, day)
    }
    return text(rows)
  }

  private func rows(_ truth: Truth, _ day: String) throws -> [[String: String]] {
    let start = try Int(#require(ISO8601DateFormatter().date(from: day + "T00:00:00Z")).timeIntervalSince1970)
    let frame = [
      "start_time": "\(start)", "end_time": "\(start + 86_400)", "start_time_iso": day + "T00:00:00+00:00",
      "organization_id": "org-\(truth.organization)", "organization_name": "a name, with a comma",
      "amount_currency": "usd",
    ]
    if truth.lines.isEmpty { return [frame.filter { $0.key != "amount_currency" }] }
    var sums: [[String?]: (amount: ExactDecimal, quantity: ExactDecimal?, line: TruthLine)] = [:]
    for line in truth.lines {
      let isFine = generation == .september2026
      let key = [line.project, line.lineItem, isFine ? line.apiKey : nil, isFine ? line.principal : nil]
      var sum = sums[key] ?? (.zero, nil, line)
      sum.amount += try ExactDecimal(line.amount)
      if let quantity = line.quantity { sum.quantity = try (sum.quantity ?? .zero) + ExactDecimal(quantity) }
      sums[key] = sum
    }
    return sums.map { key, sum in
      var row = frame
      // Decimal128 writes its zero like this.
      row["amount_value"] = sum.amount.isZero ? "0E-6176" : sum.amount.description
      row["line_item"] = key[1]
      row["project_id"] = key[0]
      row["api_key_id"] = key[2]
      row["user_id"] = key[3]
      row["project_name"] = sum.line.projectName
      row["quantity"] = sum.quantity?.description
      row["quantity_unit"] = sum.line.quantityUnit
      return row
    }
  }

  private static func quoted(_ field: String) -> String {
    field.utf8.contains { ",\"\r\n".utf8.contains($0) }
      ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
  }
}

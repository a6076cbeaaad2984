/// Rows of text in columns, for a terminal or as Markdown.
enum TextTable {
  /// Columns as wide as their widest cell, two spaces between them.
  static func aligned(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
    let rows = rows.map { $0.map(printable) }
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// A Markdown table; the first row is the header.
  static func markdown(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    guard let header = rows.first else { return [] }
    let rule = header.indices.map { rightAligned.contains($0) ? "---:" : "---" }
    return [line(header.map(escaped)), line(rule)] + rows.dropFirst().map { line($0.map(escaped)) }
  }

  /// Names come from outside: none of their characters may move the cursor of a terminal.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if "\\|<>*_`[]".unicodeScalars.contains(scalar) { out.append("\\") }
      out.unicodeScalars.append(isControl(scalar) ? " " : scalar)
    }
    return out
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
  }
}

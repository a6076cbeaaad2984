/// A text with `{{names}}` in it. A line with the name of a list is written once for each of its items; a comma at the
/// line's end is left out after the last one.
struct SQLTemplate {
  enum Value {
    case text(String)
    case list([String])
  }

  let text: String

  /// - Parameter values: by name; lists that stand in one line have the same length.
  func filled(with values: [String: Value]) -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let names = Self.names(in: line)
      let lists = names.compactMap { name -> (String, [String])? in
        guard case .list(let items)? = values[name] else { return nil }
        return (name, items)
      }
      let count = lists.map(\.1.count).min() ?? 1
      for index in 0..<count {
        var filled = String(line)
        for (name, items) in lists { filled = Self.replacing(name, by: items[index], in: filled) }
        for case (let name, .text(let value)?) in names.map({ ($0, values[$0]) }) {
          filled = Self.replacing(name, by: value, in: filled)
        }
        if !lists.isEmpty, index == count - 1, filled.hasSuffix(",") { filled.removeLast() }
        lines.append(filled)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func names(in line: Substring) -> [String] {
    line.matches(of: /\{\{([a-z_]+)\}\}/).map { String($0.1) }
  }

  private static func replacing(_ name: String, by value: String, in line: String) -> String {
    line.split(separator: "{{\(name)}}", omittingEmptySubsequences: false).joined(separator: value)
  }
}

extension String {
  /// Puts a value where `placeholder` stands.
  func filling(_ placeholder: String, _ value: String) -> String {
    split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: value)
  }
}

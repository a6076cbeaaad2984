import Spend
import Staging

/// Invoices as CSV: a header that names the columns, in any order, then one invoice a row.
enum InvoiceCSV {
  /// - Throws: ``ConfigurationError`` with every problem and its line.
  static func read(_ text: String, path: String, _ organizations: [String: String]) throws -> [Invoice] {
    var collector = InvoiceCollector(organizations: organizations)
    var problems: [ConfigurationProblem] = []
    var names: [String] = []
    var isReadable = false
    func report(_ line: Int, _ message: String) {
      problems.append(ConfigurationProblem(line: line, message: message))
    }
    do {
      try CSVReader.forEachRecord(ofForeign: Array(text.utf8), path: path) { record, line in
        let fields = (0..<record.count).map { record.text($0) }
        if names.isEmpty {
          names = fields.map { $0 ?? "" }
          for problem in headerProblems(names) { report(line, problem) }
          isReadable = problems.isEmpty
          return
        }
        guard isReadable else { return }
        guard fields.count == names.count else {
          return report(line, "there are \(fields.count) fields, the header has \(names.count)")
        }
        let values = Dictionary(zip(names, fields), uniquingKeysWith: { first, _ in first })
        do throws(InvoiceFields.Problem) {
          try collector.add(InvoiceFields(values: values.compactMapValues(\.self)), line: line)
        } catch {
          report(line, "\(error.field) \(error.message)")
        }
      }
    } catch let error as CorruptFile {
      // Its path names the line.
      throw ConfigurationError(path: error.path, error.reason)
    }
    if names.isEmpty { problems.append(ConfigurationProblem(line: nil, message: "the file is empty")) }
    guard problems.isEmpty else { throw ConfigurationError(path: path, problems: problems) }
    return collector.invoices
  }

  private static func headerProblems(_ names: [String]) -> [String] {
    let expected = InvoiceFields.names.joined(separator: ", ")
    var problems = InvoiceFields.required.filter { !names.contains($0) }.map { "there is no column \($0)" }
    for (index, name) in names.enumerated() {
      if !InvoiceFields.names.contains(name) {
        problems.append("unknown column \"\(name.prefix(40))\"; expected some of \(expected)")
      } else if names[..<index].contains(name) {
        problems.append("the column \(name) is there twice")
      }
    }
    return problems
  }
}

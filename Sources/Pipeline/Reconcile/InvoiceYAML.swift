import Spend
import Yams

/// Invoices as YAML: `invoices:`, a list of mappings with the fields of the CSV form.
enum InvoiceYAML {
  /// - Throws: ``ConfigurationError`` with every problem and its line.
  static func read(_ text: String, path: String, _ organizations: [String: String]) throws -> [Invoice] {
    let list = ProblemList()
    var collector = InvoiceCollector(organizations: organizations)
    let root = try YAMLDocument.root(text, path: path)
    if let top = YAMLMapping(root, path: "the file", problems: list) {
      top.allow(["invoices"])
      if case .sequence(let sequence)? = top.node("invoices") {
        for (index, node) in sequence.enumerated() { add(node, index, to: &collector, list) }
      } else {
        top.problem("invoices", "must be a list of invoices")
      }
    }
    guard list.problems.isEmpty else {
      throw ConfigurationError(path: path, problems: list.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return collector.invoices
  }

  private static func add(
    _ node: Node, _ index: Int, to collector: inout InvoiceCollector, _ list: ProblemList
  ) {
    guard let mapping = YAMLMapping(node, path: "invoices[\(index)]", problems: list) else { return }
    mapping.allow(InvoiceFields.names)
    let before = list.problems.count
    var values: [String: String] = [:]
    for name in InvoiceFields.names { values[name] = mapping.literal(name) }
    // What is no text has been told of.
    guard list.problems.count == before else { return }
    do throws(InvoiceFields.Problem) {
      try collector.add(InvoiceFields(values: values), line: node.mark?.line ?? 0)
    } catch {
      mapping.problem(error.field, error.message)
    }
  }
}

import Spend
import Yams

/// A price list as YAML: `prices:`, a list of mappings with the fields of the CSV form.
enum PriceListYAML {
  /// - Throws: ``ConfigurationError`` with every problem and its line.
  static func read(_ text: String, path: String) throws -> [ListPrice] {
    let list = ProblemList()
    var collector = ListPriceCollector()
    let root = try YAMLDocument.root(text, path: path)
    if let top = YAMLMapping(root, path: "the file", problems: list) {
      top.allow(["prices"])
      if case .sequence(let sequence)? = top.node("prices") {
        for (index, node) in sequence.enumerated() { add(node, index, to: &collector, list) }
      } else {
        top.problem("prices", "must be a list of prices")
      }
    }
    guard list.problems.isEmpty else {
      throw ConfigurationError(path: path, problems: list.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return collector.entries
  }

  private static func add(
    _ node: Node, _ index: Int, to collector: inout ListPriceCollector, _ list: ProblemList
  ) {
    guard let mapping = YAMLMapping(node, path: "prices[\(index)]", problems: list) else { return }
    mapping.allow(ListPriceFields.names)
    let before = list.problems.count
    var values: [String: String] = [:]
    for name in ListPriceFields.names { values[name] = mapping.literal(name) }
    // What is no text has been told of.
    guard list.problems.count == before else { return }
    do throws(ListPriceFields.Problem) {
      try collector.add(ListPriceFields(values: values), line: node.mark?.line ?? 0)
    } catch {
      mapping.problem(error.field, error.message)
    }
  }
}

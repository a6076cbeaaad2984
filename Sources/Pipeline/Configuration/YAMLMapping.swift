import Yams

/// Collects what is wrong while a configuration is read.
final class ProblemList {
  private(set) var problems: [ConfigurationProblem] = []
  func add(_ message: String, at node: Node?) {
    problems.append(ConfigurationProblem(line: node?.mark?.line, message: message))
  }
}

/// A mapping of a YAML file, read key by key: each accessor says what it expected and where.
///
/// `finish` reports the keys that nobody asked for, so that a misspelt key is an error and not a default.
struct YAMLMapping {
  private let node: Node
  private let path: String
  private let problems: ProblemList
  private let entries: [String: Node]
  private let keyNodes: [String: Node]

  /// - Parameter path: what the mapping is called in messages, e.g. `extract`.
  init?(_ node: Node, path: String, problems: ProblemList) {
    guard case .mapping(let mapping) = node else {
      problems.add("\(path) must be a mapping of keys to values", at: node)
      return nil
    }
    self.node = node
    self.path = path
    self.problems = problems
    var entries: [String: Node] = [:]
    var keyNodes: [String: Node] = [:]
    for (key, value) in mapping {
      let name = key.scalar?.string ?? ""
      entries[name] = value
      keyNodes[name] = key
    }
    self.entries = entries
    self.keyNodes = keyNodes
  }

  /// Reports keys outside `known`.
  func allow(_ known: [String]) {
    for (key, node) in keyNodes.sorted(by: { $0.key < $1.key }) where !known.contains(key) {
      problems.add(
        "unknown key \(SecretText.masked(key)) in \(path); expected one of \(known.joined(separator: ", "))",
        at: node)
    }
  }

  func node(_ key: String) -> Node? { entries[key] }

  func text(_ key: String) -> String? {
    guard let node = entries[key] else { return nil }
    guard case .scalar(let scalar) = node, Resolver.default.resolveTag(of: node) == .str,
      !scalar.string.isEmpty
    else {
      problems.add("\(name(key)) must be text; put numbers and words like true into quotes", at: node)
      return nil
    }
    return scalar.string
  }

  /// A scalar as it is written, whatever YAML takes it for: a price, a day.
  func literal(_ key: String) -> String? {
    guard let node = entries[key] else { return nil }
    guard case .scalar(let scalar) = node, Resolver.default.resolveTag(of: node) != .null,
      !scalar.string.isEmpty
    else {
      problems.add("\(name(key)) must be text or a number", at: node)
      return nil
    }
    return scalar.string
  }

  func requiredText(_ key: String) -> String? {
    if entries[key] == nil {
      problems.add("\(name(key)) is missing", at: node)
      return nil
    }
    return text(key)
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = entries[key] else { return nil }
    guard case .scalar(let scalar) = node, let value = Int(scalar.string),
      scalar.style == .plain || scalar.style == .any,
      range.contains(value)
    else {
      problems.add(
        "\(name(key)) must be a whole number from \(range.lowerBound) to \(range.upperBound)", at: node)
      return nil
    }
    return value
  }

  func boolean(_ key: String) -> Bool? {
    guard let node = entries[key] else { return nil }
    guard let value = node.bool else {
      problems.add("\(name(key)) must be true or false", at: node)
      return nil
    }
    return value
  }

  func choice<Value: RawRepresentable & CaseIterable>(_ key: String, of type: Value.Type) -> Value?
  where Value.RawValue == String {
    guard let node = entries[key] else { return nil }
    guard let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) else {
      problems.add("\(name(key)) must be one of \(Self.list(type))", at: node)
      return nil
    }
    return value
  }

  func choices<Value: RawRepresentable & CaseIterable & Hashable>(_ key: String, of type: Value.Type)
    -> [Value]?
  where Value.RawValue == String {
    guard let node = entries[key] else { return nil }
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      problems.add("\(name(key)) must be a list, e.g. [\(Self.list(type))]", at: node)
      return nil
    }
    var values: [Value] = []
    for item in sequence {
      guard let value = item.scalar.flatMap({ Value(rawValue: $0.string) }) else {
        problems.add("\(name(key)) must hold only \(Self.list(type))", at: item)
        return nil
      }
      if values.contains(value) {
        problems.add("\(name(key)) names \(value.rawValue) twice", at: item)
      } else {
        values.append(value)
      }
    }
    return values
  }

  /// A list of texts, the first of them not empty, none of them with a zero byte.
  func texts(_ key: String) -> [String]? {
    guard let node = entries[key] else { return nil }
    var texts: [String] = []
    if case .sequence(let sequence) = node {
      for item in sequence {
        guard case .scalar(let scalar) = item, Resolver.default.resolveTag(of: item) == .str,
          !scalar.string.utf8.contains(0)
        else {
          problems.add(
            "\(name(key)) must hold only text; put numbers and words like true into quotes", at: item)
          return nil
        }
        texts.append(scalar.string)
      }
    }
    guard let first = texts.first, !first.isEmpty else {
      problems.add(
        "\(name(key)) must be a list of a program and its arguments, e.g. [cat, key.txt]", at: node)
      return nil
    }
    return texts
  }

  /// A list of names, each known and named once.
  func names(_ key: String, from known: Set<String>, of kind: String, example: String) -> [String]? {
    guard let node = entries[key] else { return nil }
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      problems.add("\(name(key)) must be a list, e.g. \(example)", at: node)
      return nil
    }
    var names: [String] = []
    for item in sequence {
      let text = item.scalar?.string ?? ""
      if !known.contains(text) {
        problems.add("\(name(key)) must hold only \(kind), not \"\(text.prefix(60))\"", at: item)
      } else if names.contains(text) {
        problems.add("\(name(key)) names \(text) twice", at: item)
      } else {
        names.append(text)
      }
    }
    return names
  }

  func mapping(_ key: String) -> YAMLMapping? {
    entries[key].flatMap { YAMLMapping($0, path: name(key), problems: problems) }
  }

  func problem(_ key: String, _ message: String) {
    problems.add("\(name(key)) \(message)", at: entries[key] ?? node)
  }

  private func name(_ key: String) -> String { path == "the file" ? key : "\(path).\(key)" }

  private static func list<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> String
  where Value.RawValue == String {
    type.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

import CYaml
import Diagnostics
import Yams

/// Reads the YAML of a configuration, within limits that no configuration needs to exceed.
///
/// Anchors and aliases may be used. Aliases of aliases that expand to more than ``expandedLimit`` values, deeper
/// nesting, and keys that are lists, mappings or aliases are refused before anything is expanded.
enum YAMLDocument {
  /// The largest text, in bytes.
  static let textLimit = 16 << 20
  /// Values of a document, those behind an alias counted each time.
  static let expandedLimit = 1_000_000
  /// Lists and mappings inside of each other.
  static let depthLimit = 32

  /// - Throws: ``ConfigurationError`` for a text that is no YAML, is empty, or exceeds a limit.
  static func root(_ text: String, path: String) throws -> Node {
    guard text.utf8.count <= textLimit else {
      throw ConfigurationError(path: path, "the file is larger than \(textLimit) bytes")
    }
    do throws(ConfigurationProblem) { try check(text) } catch {
      throw ConfigurationError(path: path, problems: [error])
    }
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch let error as YamlError {
      throw ConfigurationError(path: path, problems: [ConfigurationReader.explain(error)])
    }
    guard let root else { throw ConfigurationError(path: path, "the file is empty") }
    return root
  }

  /// A list or mapping that is being read.
  private struct Level {
    var isMapping: Bool
    var anchor: String?
    /// Values in it so far, expanded, itself included.
    var values = 1
    var isAtKey = true
  }

  /// Goes through the parser's events, which expand nothing. What is no YAML is left to the reader to tell.
  private static func check(_ text: String) throws(ConfigurationProblem) {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else {
      throw ConfigurationProblem(line: nil, message: "out of memory")
    }
    defer { yaml_parser_delete(&parser) }
    var bytes = Array(text.utf8)
    var problem: ConfigurationProblem?
    bytes.withUnsafeMutableBufferPointer { bytes in
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      problem = Self.problem(&parser)
    }
    if let problem { throw problem }
  }

  private static func problem(_ parser: inout yaml_parser_t) -> ConfigurationProblem? {
    var levels: [Level] = []
    var sizes: [String: Int] = [:]
    var total = 0
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
      defer { yaml_event_delete(&event) }
      let line = Int(event.start_mark.line) + 1
      func refused(_ message: String) -> ConfigurationProblem {
        ConfigurationProblem(line: line, message: message)
      }
      /// Adds a value to the list or mapping that holds it.
      func count(_ values: Int) -> ConfigurationProblem? {
        total += values
        if !levels.isEmpty {
          levels[levels.count - 1].values += values
          levels[levels.count - 1].isAtKey.toggle()
        }
        return total > expandedLimit
          ? refused("aliases expand to more than \(expandedLimit) values; write them out, or fewer") : nil
      }
      let isKey = levels.last.map { $0.isMapping && $0.isAtKey } ?? false
      switch event.type {
      case YAML_STREAM_END_EVENT: return nil
      case YAML_SCALAR_EVENT:
        if let anchor = name(event.data.scalar.anchor) { sizes[anchor] = 1 }
        if let problem = count(1) { return problem }
      case YAML_ALIAS_EVENT:
        if isKey { return refused("a key must be plain text, not an alias") }
        if let problem = count(name(event.data.alias.anchor).flatMap { sizes[$0] } ?? 1) { return problem }
      case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
        if isKey { return refused("a key must be plain text, not a list or mapping") }
        guard levels.count < depthLimit else {
          return refused("lists and mappings are nested more than \(depthLimit) deep")
        }
        let isMapping = event.type == YAML_MAPPING_START_EVENT
        let anchor = isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor
        levels.append(Level(isMapping: isMapping, anchor: name(anchor)))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        guard let level = levels.popLast() else { return nil }
        if let anchor = level.anchor { sizes[anchor] = level.values }
        // Its content has been counted already; its holder gets all of it.
        total -= level.values - 1
        if let problem = count(level.values) { return problem }
      default: break
      }
    }
  }

  private static func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    anchor.map { String(cString: $0) }
  }
}

internal import Staging

/// `~/.aws/credentials` and `~/.aws/config`, read as AWS's own tools do.
struct ProfileFiles: Sendable {
  /// The profile in use.
  let name: String
  /// Whether `AWS_PROFILE` asks for it, so that it has to be there.
  let isChosen: Bool
  private let profiles: [String: [String: String]]

  /// - Throws: ``StorageFailure``, ``CorruptFile`` for files that cannot be read.
  init(environment: [String: String]) throws {
    let chosen = environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
    name = chosen ?? "default"
    isChosen = chosen != nil
    let home = environment["HOME"] ?? ""
    func text(_ variable: String, _ file: String) throws -> String {
      let path = environment[variable] ?? (home.isEmpty ? "" : "\(home)/.aws/\(file)")
      return path.isEmpty ? "" : try LocalFile.text(path) ?? ""
    }
    var profiles = Self.sections(try text("AWS_CONFIG_FILE", "config"), withProfileWord: true)
    for (name, values) in Self.sections(try text("AWS_SHARED_CREDENTIALS_FILE", "credentials")) {
      profiles[name, default: [:]].merge(values) { _, new in new }
    }
    self.profiles = profiles
  }

  var current: [String: String]? { profiles[name] }

  subscript(profile: String) -> [String: String]? { profiles[profile] }

  /// Sections of an INI file; nested values, which are indented, are passed by.
  /// - Parameter withProfileWord: whether sections are called `profile NAME`, but for `default`.
  static func sections(_ text: String, withProfileWord: Bool = false) -> [String: [String: String]] {
    var result: [String: [String: String]] = [:]
    var section: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.last == "\r" ? line.dropLast() : line
      guard let first = line.first, first != "#", first != ";" else { continue }
      if first == "[" {
        let title = line.dropFirst().prefix { $0 != "]" }.split(separator: " ").joined(separator: " ")
        if !withProfileWord || title == "default" {
          section = title
        } else {
          section = title.hasPrefix("profile ") ? String(title.dropFirst("profile ".count)) : nil
        }
        if let section { result[section, default: [:]].merge([:]) { _, new in new } }
      } else if let section, !first.isWhitespace, let equals = line.firstIndex(of: "=") {
        let key = line[..<equals].filter { !$0.isWhitespace }.lowercased()
        result[section]?[key] = Self.trimmed(line[line.index(after: equals)...])
      }
    }
    return result
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

/// A query string taken apart: percent-decoded, `+` read as a space, `name[]` read as `name`.
struct QueryItems: Sendable {
  private(set) var items: [(name: String, value: String)] = []

  init(_ query: String) {
    for pair in query.split(separator: "&", omittingEmptySubsequences: true) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      var name = Self.decoded(parts[0])
      if name.hasSuffix("[]") { name.removeLast(2) }
      items.append((name, parts.count > 1 ? Self.decoded(parts[1]) : ""))
    }
  }

  /// Refuses names that the endpoint does not know.
  func allowing(_ names: Set<String>) throws(APIError) {
    for item in items where !names.contains(item.name) { throw .unknownParameter(item.name) }
  }

  /// The only value of a name; a second one is refused.
  func one(_ name: String) throws(APIError) -> String? {
    let values = all(name)
    if values.count > 1 {
      throw .invalid(
        name, "Invalid type for '\(name)': expected one value, but got an array instead.",
        code: "invalid_type")
    }
    return values.first
  }

  func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

  func integer(_ name: String) throws(APIError) -> Int? {
    guard let text = try one(name) else { return nil }
    guard let value = Int(text), !text.hasPrefix("+") else {
      throw .invalid(
        name, "Invalid type for '\(name)': expected an integer, but got '\(text)' instead.",
        code: "invalid_type")
    }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(APIError) -> Int {
    guard let value = try integer(name) else { return standard }
    if value < range.lowerBound {
      throw .invalid(
        name,
        "Invalid '\(name)': integer below minimum value. "
          + "Expected a value >= \(range.lowerBound), but got \(value) instead.",
        code: "integer_below_min_value")
    }
    if value > range.upperBound {
      throw .invalid(
        name,
        "Invalid '\(name)': integer above maximum value. "
          + "Expected a value <= \(range.upperBound), but got \(value) instead.",
        code: "integer_above_max_value")
    }
    return value
  }

  func boolean(_ name: String) throws(APIError) -> Bool? {
    switch try one(name) {
    case nil: return nil
    case "true": return true
    case "false": return false
    case let text?:
      throw .invalid(
        name, "Invalid type for '\(name)': expected a boolean, but got '\(text)' instead.",
        code: "invalid_type")
    }
  }

  /// One of the listed values.
  func choice(_ name: String, of values: [String]) throws(APIError) -> String? {
    guard let text = try one(name) else { return nil }
    guard values.contains(text) else { throw Self.notSupported(name, text, values) }
    return text
  }

  static func notSupported(_ name: String, _ value: String, _ values: [String]) -> APIError {
    .invalid(
      name,
      "Invalid value: '\(value)'. Supported values are: \(values.map { "'\($0)'" }.joined(separator: ", ")).",
      code: "invalid_value")
  }

  /// Identifies the query apart from where in it a page starts; the order of names does not matter.
  func fingerprint(of path: String, excluding excluded: String) -> UInt64 {
    let kept = items.filter { $0.name != excluded }.map { "\($0.name)=\($0.value)" }.sorted()
    return SplitMix64.hash(path + "?" + kept.joined(separator: "&"))
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      if byte == UInt8(ascii: "+") {
        bytes.append(UInt8(ascii: " "))
      } else if byte == UInt8(ascii: "%"), let high = rest.next(), let low = rest.next(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
      {
        bytes.append(value)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

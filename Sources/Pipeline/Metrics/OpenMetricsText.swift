/// The OpenMetrics text format 1.0, of which Prometheus' own text format reads every line, as node exporter's textfile
/// collector does: gauges only, no timestamps.
enum OpenMetricsText {
  static func encode(_ samples: [MetricSample]) -> [UInt8] {
    var text = ""
    for metric in Metric.allCases {
      let samples = samples.filter { $0.metric == metric }
      if samples.isEmpty { continue }
      text += "# TYPE \(metric.name) gauge\n"
      if let unit = metric.unit { text += "# UNIT \(metric.name) \(unit)\n" }
      text += "# HELP \(metric.name) \(metric.help)\n"
      for sample in samples {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        text += "\(metric.name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
      }
    }
    return Array((text + "# EOF\n").utf8)
  }

  /// The samples of a file that ``encode(_:)`` wrote; lines that it would not write are passed over.
  static func samples(in bytes: [UInt8]) -> [MetricSample] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap(sample)
  }

  private static func sample(_ line: Substring) -> MetricSample? {
    guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return nil }
    let value = line[line.index(after: space)...]
    let head = line[..<space]
    let name = head.prefix { $0 != "{" }
    guard let metric = Metric.allCases.first(where: { $0.name == name }), isNumber(value) else { return nil }
    let rest = head.dropFirst(name.count)
    guard let labels = rest.isEmpty ? [] : labels(rest) else { return nil }
    return MetricSample(metric, labels: labels, value: String(value))
  }

  private static func isNumber(_ text: Substring) -> Bool {
    text.wholeMatch(of: /-?\d+(\.\d+)?/) != nil
  }

  /// `{a="b",c="d"}`.
  private static func labels(_ text: Substring) -> [MetricSample.Label]? {
    var rest = text.dropFirst()
    var labels: [MetricSample.Label] = []
    while let equals = rest.firstIndex(of: "=") {
      let name = String(rest[..<equals])
      rest = rest[rest.index(after: equals)...]
      guard rest.first == "\"" else { return nil }
      rest = rest.dropFirst()
      var value = ""
      while let character = rest.popFirst(), character != "\"" {
        guard character == "\\" else {
          value.append(character)
          continue
        }
        guard let escape = rest.popFirst() else { return nil }
        value.append(escape == "n" ? "\n" : escape)
      }
      labels.append(MetricSample.Label(name: name, value: value))
      if rest.first == "," { rest = rest.dropFirst() }
    }
    return rest == "}" ? labels : nil
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

import JSONReader

/// One day's usage of one organization in columns: what attribution looks at.
///
/// Hot path: texts are interned, measures lie flat, a row costs no allocation of its own.
public struct UsageTable: Sendable {
  /// A usage row's dimensions; the numbers stand for interned texts, -1 for null.
  struct Row: Sendable {
    var service: Int32
    var project: Int32
    var user: Int32
    var apiKey: Int32
    var model: Int32
    var tier: Int32
    var size: Int32
    var isBatch: Bool
  }

  private(set) var rows: [Row] = []
  private var measures: [Int] = []
  private var texts: [String] = []
  private var numbers: [String: Int32] = [:]

  private static let absent = Int.min
  /// Counts outside of this are none; within it, sums over any day fit their types.
  private static let plausible = 0...(1 << 53)

  public init() {}

  /// Appends a row.
  /// - Parameters:
  ///   - service: the endpoint's last part, e.g. `completions`.
  ///   - dimensions: by ``UsageDimension``, nil for null and absent.
  ///   - measures: by ``UsageMeasure``.
  mutating func append(
    service: String, dimension: (UsageDimension) -> JSONValue?, measure: (UsageMeasure) -> JSONValue?
  ) {
    func text(_ name: UsageDimension) -> String? {
      guard let text = dimension(name)?.string, !text.isEmpty else { return nil }
      return text
    }
    let batch = dimension(.batch)
    rows.append(
      Row(
        service: intern(service), project: intern(text(.project)), user: intern(text(.user)),
        apiKey: intern(text(.apiKey)), model: intern(text(.model)), tier: intern(text(.serviceTier)),
        size: intern(text(.size)), isBatch: batch?.boolean ?? (batch?.string == "true")))
    for name in UsageMeasure.allCases {
      let count = measure(name)?.integer ?? Self.absent
      measures.append(Self.plausible.contains(count) ? count : Self.absent)
    }
  }

  /// What a row counts; nil where it does not tell.
  func value(_ measure: UsageMeasure, row: Int) -> Int? {
    let value = measures[row * UsageMeasure.allCases.count + measure.index]
    return value == Self.absent ? nil : value
  }

  /// The text behind a number, nil for -1.
  func text(_ number: Int32) -> String? { number < 0 ? nil : texts[Int(number)] }

  /// The number of a text that some row has, or -2, which no row has; -1 for nil.
  func number(_ text: String?) -> Int32 {
    guard let text else { return -1 }
    return numbers[text] ?? -2
  }

  private mutating func intern(_ text: String?) -> Int32 {
    guard let text else { return -1 }
    if let known = numbers[text] { return known }
    let number = Int32(texts.count)
    texts.append(text)
    numbers[text] = number
    return number
  }
}

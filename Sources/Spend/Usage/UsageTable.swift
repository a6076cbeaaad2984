import JSONReader

/// One day's usage of one organization in columns: what attribution looks at.
///
/// Hot path: texts and users are numbered, the measures of all rows lie in one array, a row costs no allocation.
public struct UsageTable: Sendable {
  /// A usage row's dimensions as numbers of texts, -1 for null.
  struct Row: Sendable {
    /// Service, project and model: position in ``UsageTable/groups``.
    var group: Int32
    var size: Int32
    /// Position in ``UsageTable/users``.
    var user: Int32
    var tier: Tier
  }

  /// The tier that a row was served at, as far as attribution tells tiers apart.
  struct Tier: Sendable, Hashable {
    /// Nil for a row without a tier, and for one whose tier is not known.
    var tier: ServiceTier?
    /// Whether the row names a tier at all.
    var isNamed: Bool
    var isBatch: Bool
  }

  /// A key and a user that occur together; numbers of texts, -1 for null.
  struct User: Sendable, Hashable {
    var apiKey: Int32
    var user: Int32
  }

  /// Where rows count together for attribution; numbers of texts, -1 for null.
  struct Group: Sendable, Hashable {
    var service: Int32
    var project: Int32
    var model: Int32
  }

  private(set) var rows: [Row] = []
  /// Keys and users by number of text.
  private var userPairs = PairNumbers()
  private var servicePairs = PairNumbers()
  private var groupPairs = PairNumbers()
  /// By number of text; nil for one whose tier has not been asked for.
  private var tiers: [ServiceTier??] = []
  private var texts = TextNumbers()
  /// The service of the row before.
  private var lastService: (name: String, number: Int32)?
  /// All measures of a row, then those of the next.
  private var counts: [Int] = []

  fileprivate static let absent = Int.min
  fileprivate static let width = UsageMeasure.allCases.count
  // Looked up once: the position of a dimension is found by its name.
  private static let project = UsageDimension.project.index
  private static let user = UsageDimension.user.index
  private static let apiKey = UsageDimension.apiKey.index
  private static let model = UsageDimension.model.index
  private static let batch = UsageDimension.batch.index
  private static let serviceTier = UsageDimension.serviceTier.index
  private static let size = UsageDimension.size.index
  /// Counts outside of this are none; within it, sums over any day fit their types.
  private static let plausible = 0...(1 << 53)

  public init() {}

  /// Appends a row.
  /// - Parameters:
  ///   - service: the endpoint's last part, e.g. `completions`.
  ///   - dimensions: by ``UsageDimension``, nil for null and absent.
  ///   - measures: by ``UsageMeasure``.
  mutating func append(
    service: String, dimensions: UnsafeBufferPointer<JSONValue?>, measures: UnsafeBufferPointer<JSONValue?>
  ) {
    let batch = dimensions[Self.batch]
    let tierText = number(dimensions[Self.serviceTier])
    let tier = tier(tierText)
    if lastService?.name != service { lastService = (service, texts.number(of: service)) }
    let place = servicePairs.number(
      of: lastService?.number ?? -1, number(dimensions[Self.project]))
    rows.append(
      Row(
        group: groupPairs.number(of: place, number(dimensions[Self.model])),
        size: number(dimensions[Self.size]),
        user: userPairs.number(
          of: number(dimensions[Self.apiKey]), number(dimensions[Self.user])),
        tier: Tier(
          tier: tier, isNamed: tierText >= 0,
          isBatch: tier == .batch || (batch?.boolean ?? (batch?.string == "true")))))
    for measure in measures {
      let count = measure?.integer ?? Self.absent
      counts.append(Self.plausible.contains(count) ? count : Self.absent)
    }
  }

  /// All keys and users that occur together, by number.
  var users: [User] { userPairs.pairs.map { User(apiKey: $0.first, user: $0.second) } }

  /// All groups, by number.
  var groups: [Group] {
    groupPairs.pairs.map { pair in
      let place = servicePairs.pairs[Int(pair.first)]
      return Group(service: place.first, project: place.second, model: pair.second)
    }
  }

  /// One measure of all rows.
  struct Column {
    fileprivate let counts: [Int]
    fileprivate let index: Int

    /// What a row counts; nil where it does not tell.
    subscript(row: Int) -> Int? {
      let count = counts[row &* UsageTable.width &+ index]
      return count == UsageTable.absent ? nil : count
    }
  }

  func column(_ measure: UsageMeasure) -> Column { Column(counts: counts, index: measure.index) }

  /// The text behind a number, nil for -1.
  func text(_ number: Int32) -> String? { texts[number] }

  /// The number of a text that some row has, or -2, which no row has; -1 for nil.
  func number(_ text: String?) -> Int32 {
    guard let text else { return -1 }
    return texts.known(text) ?? -2
  }

  /// The number of a dimension's text; -1 for null, absent and empty.
  private mutating func number(_ value: JSONValue?) -> Int32 {
    guard let value, value.kind == .string, !value.bytes.isEmpty else { return -1 }
    if value.isEscaped { return value.string.map { texts.number(of: $0) } ?? -1 }
    return texts.number(of: value.bytes)
  }

  private mutating func tier(_ number: Int32) -> ServiceTier? {
    if number < 0 { return nil }
    while tiers.count <= Int(number) { tiers.append(nil) }
    if let known = tiers[Int(number)] { return known }
    let tier = texts[number].flatMap { ServiceTier(prefix: $0) }
    tiers[Int(number)] = .some(tier)
    return tier
  }
}

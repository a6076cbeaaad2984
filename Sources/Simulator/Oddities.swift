/// The ways in which the live API leaves its own documentation, each of which can be switched.
///
/// Most have been seen on the wire by somebody. `missing-currency` and `missing-last-id` are what the published
/// schema allows; `credits`, `row-order`, `pretty` and `empty-strings` are what nothing rules out.
public struct Oddities: Sendable, Equatable {
  /// A switch without a value.
  public enum Name: String, CaseIterable, Sendable {
    /// Amounts as JSON strings, half of them with 28 digits after the point.
    case stringAmounts = "string-amounts"
    /// Some amounts with 28 digits after the point or 34 significant digits.
    case longAmounts = "long-amounts"
    /// A zero amount is written `0E-6176`, as Decimal128 does.
    case decimalZero = "decimal-zero"
    /// After the first page comes one without buckets but with a cursor.
    case emptyPage = "empty-page"
    /// After the last page comes one without buckets whose cursor leads to itself, for ever.
    case endlessPage = "endless-page"
    /// Costs return one bucket more than was asked for, after the range's end.
    case extraBucket = "extra-bucket"
    /// Fields that no schema has, such as `start_time_iso`, `organization_id`, `project_name`.
    case undocumentedFields = "undocumented-fields"
    /// Keys and users of an archived project answer 400.
    case archivedRefuse = "archived-refuse"
    /// Negative lines.
    case credits
    /// Cost lines without a project.
    case orgLevel = "org-level"
    /// Some amounts have no currency.
    case missingCurrency = "missing-currency"
    /// Rows come in another order at every request.
    case rowOrder = "row-order"
    /// Bodies have spaces and line breaks.
    case pretty
    /// Dimensions without a value are empty strings instead of null.
    case emptyStrings = "empty-strings"
    /// Part of a day's usage shows a day or two late: the figures of recent days grow as today moves on.
    case lateUsage = "late-usage"
    /// Lists have neither `first_id` nor `last_id`.
    case missingLastID = "missing-last-id"
    /// `error` is the bare message instead of an object.
    case bareErrors = "bare-errors"
  }

  /// The switches that are on.
  public var names: Set<Name> = []
  /// Costs that start before this day refuse to be grouped by key.
  public var keyFloor: UTCDay?
  /// Organizations that refuse to group costs by key; `*` means all.
  public var noKeyGrouping: Set<String> = []
  /// Organizations that refuse to group costs by user and project together; `*` means all.
  public var noUserGrouping: Set<String> = []

  public init(_ names: Set<Name> = []) { self.names = names }

  /// What ordinary organizations show; one of them, `globex`, does not group costs by user and project.
  public static let realistic = {
    var oddities = Oddities([
      .longAmounts, .decimalZero, .undocumentedFields, .archivedRefuse, .credits, .orgLevel,
    ])
    oddities.noUserGrouping = ["globex"]
    return oddities
  }()

  /// Every oddity that leaves the data readable. `missing-currency` and `endless-page`, which do not, and more
  /// that narrow what can be asked for have to be named.
  public static let all = {
    var oddities = realistic
    oddities.names = Set(Name.allCases).subtracting([.missingCurrency, .endlessPage])
    return oddities
  }()

  /// - Parameter text: names separated by commas; `realistic`, `all` and `none` are sets of them; a leading
  ///   `-` takes one away; `key-floor=YYYY-MM-DD`, `no-key-grouping[=ORG]` and `no-user-grouping[=ORG]`.
  /// - Throws: `SimulatorError` for a name or day that is none.
  public init(parsing text: String) throws {
    self.init()
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let value = parts.count > 1 ? parts[1] : nil
      switch (parts[0], value) {
      case ("realistic", nil): add(.realistic)
      case ("all", nil): add(.all)
      case ("none", nil): self = Oddities()
      case ("key-floor", let day?):
        guard let floor = UTCDay(iso: day) else {
          throw SimulatorError("oddity key-floor: '\(day)' is not a day, expected YYYY-MM-DD")
        }
        keyFloor = floor
      case ("no-key-grouping", let organization): noKeyGrouping.insert(organization ?? "*")
      case ("no-user-grouping", let organization): noUserGrouping.insert(organization ?? "*")
      case (let name, nil):
        let removes = name.hasPrefix("-")
        guard let switched = Name(rawValue: removes ? String(name.dropFirst()) : name) else {
          throw SimulatorError("unknown oddity '\(name)', expected \(Self.listing)")
        }
        if removes { names.remove(switched) } else { names.insert(switched) }
      case (let name, _):
        throw SimulatorError("oddity '\(name)' takes no value, expected \(Self.listing)")
      }
    }
  }

  private mutating func add(_ set: Oddities) {
    names.formUnion(set.names)
    noUserGrouping.formUnion(set.noUserGrouping)
  }

  /// All names, for a message or a help text.
  public static let listing =
    (["all", "none", "realistic"] + Name.allCases.map(\.rawValue)
    + ["key-floor=DAY", "no-key-grouping=ORG", "no-user-grouping=ORG"]).joined(separator: ", ")

  func has(_ name: Name) -> Bool { names.contains(name) }
}

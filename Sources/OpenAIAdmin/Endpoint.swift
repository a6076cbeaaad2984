/// One thing the organization API lists, as data: a new endpoint is a new row of ``EndpointCatalogue``
/// and nothing else.
public struct Endpoint: Sendable, Hashable {
  /// How an endpoint is read.
  public enum Kind: Sendable, Hashable {
    /// Time buckets of result rows, by page cursor.
    case buckets
    /// A list of objects, by `after` cursor.
    case list
    /// One object.
    case single
    /// A list for each project; the path holds `{project_id}`.
    case listPerProject
    /// One object for each project; the path holds `{project_id}`.
    case singlePerProject

    /// Whether the endpoint has to be called once for each project.
    public var fansOutOverProjects: Bool { self == .listPerProject || self == .singlePerProject }
  }

  /// The dataset's name in paths and configuration (DESIGN, section 1).
  public let dataset: String
  /// Below the base URL, with `{project_id}` where one is meant.
  public let path: String
  public let kind: Kind
  /// What an admin key needs to read it.
  public let scope: String
  /// The `object` of a row, as the schema names it; not every endpoint's follows its path.
  public let rowObject: String
  /// What `group_by` accepts.
  public let dimensions: [String]
  /// The rows' fields that carry amounts, counts and units.
  public let measures: [String]
  /// The largest `limit`: buckets for ``Kind/buckets``, objects for lists; nil where there is none.
  public let maximumLimit: Int?
  /// Sent with every request.
  public let fixedQuery: [QueryItem]
  /// Whether an organization may not have it: being refused it is then no failure.
  public let isOptional: Bool

  public init(
    dataset: String, path: String, kind: Kind, scope: String, rowObject: String, dimensions: [String] = [],
    measures: [String] = [], maximumLimit: Int? = nil, fixedQuery: [QueryItem] = [], isOptional: Bool = false
  ) {
    self.dataset = dataset
    self.path = path
    self.kind = kind
    self.scope = scope
    self.rowObject = rowObject
    self.dimensions = dimensions
    self.measures = measures
    self.maximumLimit = maximumLimit
    self.fixedQuery = fixedQuery
    self.isOptional = isOptional
  }

  /// The path for one project, or the plain path where there is no project in it.
  func path(project: String?) -> String {
    guard let project else { return path }
    return path.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0 == "{project_id}" ? QueryItem.encoded(project) : String($0) }
      .joined(separator: "/")
  }
}

/// One `name=value` of a query. Lists are repeated names, as the published schema has them.
public struct QueryItem: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  var text: String { "\(Self.encoded(name))=\(Self.encoded(value))" }

  /// Percent-encodes all but RFC 3986's unreserved characters.
  static func encoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        out += (digits.utf8.count == 1 ? "%0" : "%") + digits
      }
    }
    return out
  }
}

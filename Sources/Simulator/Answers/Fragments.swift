/// The JSON texts of everything that recurs in rows, made once per organization and version.
struct Fragments: Sendable {
  private(set) var projects: [[UInt8]]
  private(set) var projectNames: [[UInt8]]
  private(set) var principals: [[UInt8]]
  private(set) var emails: [[UInt8]]
  private(set) var keys: [[UInt8]]
  private(set) var models: [[UInt8]]
  private(set) var vectorStores: [[UInt8]]
  private(set) var lineItems: [[UInt8]]
  private(set) var units: [[UInt8]]
  private(set) var organization: [UInt8]
  /// What stands where a grouped dimension has no value.
  let none: [UInt8]

  static let null = Array("null".utf8)
  static let sizes = Filter.imageSizes.map(ByteWriter.fragment)
  static let sources = Filter.imageSources.map(ByteWriter.fragment)
  static let levels = Filter.levels.map(ByteWriter.fragment)
  static let tiers = ServiceTier.allCases.map { ByteWriter.fragment($0.name) }

  init(_ organization: Organization, oddities: Oddities) {
    projects = organization.projects.map { ByteWriter.fragment($0.id) }
    projectNames = organization.projects.map { ByteWriter.fragment($0.name) }
    principals = organization.principals.map { ByteWriter.fragment($0.id) }
    emails = organization.principals.map { ByteWriter.fragment($0.email) }
    keys = organization.keys.map { ByteWriter.fragment($0.id) }
    models = organization.catalogue.usageNames.map(ByteWriter.fragment)
    vectorStores = organization.vectorStores.map { ByteWriter.fragment($0.id) }
    lineItems = organization.catalogue.lineItems.map { ByteWriter.fragment($0.text) }
    units = organization.catalogue.lineItems.map { ByteWriter.fragment($0.unit) }
    none = oddities.has(.emptyStrings) ? Array("\"\"".utf8) : Self.null
    var head = ByteWriter()
    head.raw(",\"organization_id\":")
    head.string(organization.id)
    head.raw(",\"organization_name\":")
    head.string(organization.displayName)
    self.organization = head.bytes
  }

  /// The value of a grouped dimension; index -1 is none.
  func value(_ texts: [[UInt8]], _ index: Int) -> [UInt8] {
    texts.indices.contains(index) ? texts[index] : none
  }
}

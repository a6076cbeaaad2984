import Staging

/// The FOCUS metadata schema object: which columns a delivery has, and of which type.
public struct SchemaMetadata: Encodable, Sendable {
  struct ColumnEntry: Encodable, Sendable {
    let columnName: String
    let dataType: String
    let numericPrecision: Int?
    let numberScale: Int?
    let deprecated: Bool?
    let stringEncoding: String?
    let providerTagPrefixes: [String]?

    enum CodingKeys: String, CodingKey {
      case columnName = "ColumnName"
      case dataType = "DataType"
      case numericPrecision = "NumericPrecision"
      case numberScale = "NumberScale"
      case deprecated = "Deprecated"
      case stringEncoding = "StringEncoding"
      case providerTagPrefixes = "ProviderTagPrefixes"
    }

    init(_ definition: ColumnDefinition) {
      columnName = definition.name
      dataType = definition.type.rawValue
      // Amounts come with up to 34 digits and are not rounded; sums may need more.
      numericPrecision = definition.type == .decimal ? 38 : nil
      numberScale = definition.type == .decimal ? 34 : nil
      deprecated = definition.isDeprecated ? true : nil
      stringEncoding = definition.type == .string || definition.type == .json ? "UTF-8" : nil
      providerTagPrefixes = definition.column == .tags ? [] : nil
    }
  }

  /// Changes with any column, version or type.
  public let schemaID: String
  let focusVersion: String
  let creationDate: String
  let datasetInstanceID: String?
  let dataGenerator: String
  let dataGeneratorVersion: String
  let columns: [ColumnEntry]

  enum CodingKeys: String, CodingKey {
    case schemaID = "SchemaId"
    case focusVersion = "FocusVersion"
    case creationDate = "CreationDate"
    case datasetInstanceID = "DatasetInstanceId"
    case dataGenerator = "DataGenerator"
    case dataGeneratorVersion = "DataGeneratorVersion"
    case columns = "ColumnDefinition"
  }

  /// The day on which this form of the columns was defined.
  private static let definedOn = "2026-11-23T00:00:00Z"

  /// - Parameter datasetInstanceID: left out before FOCUS 1.3, which does not know it.
  public init(
    version: FOCUSVersion, columns: [ColumnDefinition], datasetInstanceID: String, generator: String,
    generatorVersion: String
  ) {
    schemaID = Self.identifier(version: version, columns: columns)
    focusVersion = version.rawValue
    creationDate = Self.definedOn
    self.datasetInstanceID = version == .v12 ? nil : datasetInstanceID
    dataGenerator = generator
    dataGeneratorVersion = generatorVersion
    self.columns = columns.map(ColumnEntry.init)
  }

  /// `unblended-<version>-<8 hexadecimal digits of the columns' digest>`.
  public static func identifier(version: FOCUSVersion, columns: [ColumnDefinition]) -> String {
    let text = columns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",")
    return "unblended-\(version.rawValue)-\(Digest(of: text).hex.prefix(8))"
  }
}

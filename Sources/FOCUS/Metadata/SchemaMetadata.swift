import Staging

/// The FOCUS datasets delivered, by their FocusDatasetId.
public enum FOCUSDataset: String, Codable, Sendable {
  case costAndUsage = "CostAndUsage"
  case billingPeriod = "BillingPeriod"
}

/// What a schema says of one column.
public struct SchemaColumn: Sendable, Hashable {
  public let name: String
  public let type: ColumnType
  public let isDeprecated: Bool

  public init(name: String, type: ColumnType, isDeprecated: Bool = false) {
    self.name = name
    self.type = type
    self.isDeprecated = isDeprecated
  }

  public init(_ definition: ColumnDefinition) {
    self.init(name: definition.name, type: definition.type, isDeprecated: definition.isDeprecated)
  }
}

/// The FOCUS metadata schema object: which columns a dataset has, and of which type.
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

    init(_ column: SchemaColumn) {
      columnName = column.name
      dataType = column.type.rawValue
      // Amounts come with up to 34 digits and are not rounded; sums may need more.
      numericPrecision = column.type == .decimal ? 38 : nil
      numberScale = column.type == .decimal ? 34 : nil
      deprecated = column.isDeprecated ? true : nil
      stringEncoding = column.type == .string || column.type == .json ? "UTF-8" : nil
      providerTagPrefixes = column.name == Column.tags.rawValue ? [] : nil
    }
  }

  /// Changes with any column, version or type.
  public let schemaID: String
  let focusVersion: String
  let creationDate: String
  /// FOCUS 1.3+.
  let datasetInstanceID: String?
  let dataGeneratorVersion: String
  let columns: [ColumnEntry]

  enum CodingKeys: String, CodingKey {
    case schemaID = "SchemaId"
    case focusVersion = "FocusVersion"
    case creationDate = "CreationDate"
    case datasetInstanceID = "DatasetInstanceId"
    case dataGeneratorVersion = "DataGeneratorVersion"
    case columns = "ColumnDefinition"
  }

  /// The day on which this form of the columns was defined.
  private static let definedOn = "2026-11-23T00:00:00Z"
  /// Counts up with every change of how columns are filled or described. It is no release of the program: a
  /// release that changes no column needs no new schema.
  private static let form = 1

  /// - Parameter datasetInstanceID: left out before FOCUS 1.3, which does not know it.
  public init(
    version: FOCUSVersion, dataset: FOCUSDataset, columns: [SchemaColumn], datasetInstanceID: String
  ) {
    schemaID = Self.identifier(version: version, dataset: dataset, columns: columns)
    focusVersion = version.rawValue
    creationDate = Self.definedOn
    self.datasetInstanceID = version.hasDatasetInstances ? datasetInstanceID : nil
    // FOCUS: it must change with the FOCUS version.
    dataGeneratorVersion = "\(version.rawValue).\(Self.form)"
    self.columns = columns.map(ColumnEntry.init)
  }

  /// `unblended-<version>[-<dataset>]-<8 hexadecimal digits of the columns' digest>`.
  public static func identifier(
    version: FOCUSVersion, dataset: FOCUSDataset, columns: [SchemaColumn]
  ) -> String {
    let text = columns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",")
    let name = dataset == .costAndUsage ? version.rawValue : "\(version.rawValue)-\(dataset.rawValue)"
    return "unblended-\(name)-\(Digest(of: text).hex.prefix(8))"
  }
}

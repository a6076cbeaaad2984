import Staging

/// The FOCUS metadata object that names the entity which generated the dataset.
public struct DataGeneratorMetadata: Encodable, Sendable {
  let dataGenerator: String
  enum CodingKeys: String, CodingKey { case dataGenerator = "DataGenerator" }
  public init(_ name: String) { dataGenerator = name }
}

/// The FOCUS metadata object for one dataset (1.3+).
public struct DatasetInstanceMetadata: Codable, Sendable {
  public let datasetInstanceID: String
  public let datasetInstanceName: String
  public let focusDatasetID: FOCUSDataset

  enum CodingKeys: String, CodingKey {
    case datasetInstanceID = "DatasetInstanceId"
    case datasetInstanceName = "DatasetInstanceName"
    case focusDatasetID = "FocusDatasetId"
  }

  public init(datasetInstanceID: String, datasetInstanceName: String, dataset: FOCUSDataset) {
    self.datasetInstanceID = datasetInstanceID
    self.datasetInstanceName = datasetInstanceName
    focusDatasetID = dataset
  }

  /// A GUID made from a name: the same name gives the same one.
  public static func identifier(for name: String) -> String {
    let hex = Array(Digest(of: name).hex.prefix(32))
    // RFC 9562, version 8: free content, marked as such.
    func part(_ range: Range<Int>) -> String { String(hex[range]) }
    return "\(part(0..<8))-\(part(8..<12))-8\(part(13..<16))-a\(part(17..<20))-\(part(20..<32))"
  }
}

/// The FOCUS metadata object that says how fresh a dataset is (1.3+): day by day where it is a time series, as
/// Cost and Usage is, else as a whole.
public struct RecencyMetadata: Codable, Sendable {
  /// One day.
  public struct TimeSector: Codable, Sendable, Hashable {
    public let start: String
    public let end: String
    /// Whether the day is settled for every organization.
    public let complete: Bool
    public let lastUpdated: String

    enum CodingKeys: String, CodingKey {
      case start = "TimeSectorStart"
      case end = "TimeSectorEnd"
      case complete = "TimeSectorComplete"
      case lastUpdated = "TimeSectorLastUpdated"
    }

    public init(day: Day, complete: Bool, updated: Day) {
      start = day.timestamp
      end = day.next.timestamp
      self.complete = complete
      lastUpdated = updated.timestamp
    }
  }

  public let datasetInstanceID: String
  /// nil for a time series, whose sectors say it.
  public let datasetInstanceComplete: Bool?
  public let datasetInstanceLastUpdated: String
  public let recencyLastUpdated: String
  /// nil where the dataset is no time series.
  public let timeSectors: [TimeSector]?

  enum CodingKeys: String, CodingKey {
    case datasetInstanceID = "DatasetInstanceId"
    case datasetInstanceComplete = "DatasetInstanceComplete"
    case datasetInstanceLastUpdated = "DatasetInstanceLastUpdated"
    case recencyLastUpdated = "RecencyLastUpdated"
    case timeSectors = "TimeSectors"
  }

  /// - Parameter timeSectors: any order; at least one.
  public init(datasetInstanceID: String, timeSectors: [TimeSector]) {
    self.datasetInstanceID = datasetInstanceID
    self.timeSectors = timeSectors.sorted { $0.start < $1.start }
    datasetInstanceComplete = nil
    let updated = timeSectors.map(\.lastUpdated).max() ?? ""
    datasetInstanceLastUpdated = updated
    recencyLastUpdated = updated
  }

  /// Of a dataset that is no time series.
  public init(datasetInstanceID: String, complete: Bool, updated: String) {
    self.datasetInstanceID = datasetInstanceID
    datasetInstanceComplete = complete
    datasetInstanceLastUpdated = updated
    recencyLastUpdated = updated
    timeSectors = nil
  }
}

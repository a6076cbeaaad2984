import FOCUS
import Staging

/// A service that reads costs in a form of its own, by its name in `load.exports`.
public enum ExportPreset: String, Sendable, CaseIterable {
  /// Microsoft FinOps hubs: Parquet by month and scope, for the `ingestion` container.
  case finopsHub = "finops-hub"
  /// Vantage, custom provider: one plain CSV a month.
  case vantage
  /// Datadog, custom costs: JSON, one file a day.
  case datadog

  /// Counts up with every change of what is written from the same charges.
  var writerVersion: String { "1" }

  var isParquet: Bool { self == .finopsHub }

  /// The folder that is replaced as a whole.
  func folder(_ month: Month) -> String {
    let (year, number) = (month.description.prefix(4), month.description.suffix(2))
    return switch self {
    case .finopsHub: "export/\(rawValue)/ingestion/Costs/\(year)/\(number)"
    case .vantage, .datadog: "export/\(rawValue)/\(month)"
    }
  }

  /// What the files in the folder were made from; beside the folders, so that whoever copies those copies no more.
  func record(_ month: Month) -> String { "export/.records/\(rawValue)/\(month).json" }

  /// The FOCUS version whose columns are read: hubs know those of 1.2, Vantage those up to 1.3.
  func version(_ configured: FOCUSVersion) -> FOCUSVersion {
    switch self {
    case .finopsHub: .v12
    case .vantage, .datadog: configured == .v12 ? .v12 : .v13
    }
  }
}

import Diagnostics
import Staging

/// Something that failed without stopping the others: an organization, a dataset, a day.
public struct StageFailure: Error, Sendable {
  public let stage: String
  public let organization: String
  /// Nil where the organization as a whole failed.
  public let dataset: String?
  public let day: Day?
  public let recovery: Recovery
  /// What to show, never a key.
  public let message: String
  /// Whether the trouble is that a past day was never fetched.
  let isMissingDay: Bool

  public init(
    stage: String, organization: String, dataset: String? = nil, day: Day? = nil, error: any Error
  ) {
    self.stage = stage
    self.organization = organization
    self.dataset = dataset
    self.day = day
    isMissingDay = error is MissingDay
    if let error = error as? any RecoverableError {
      recovery = error.recovery
      message = error.description
    } else {
      recovery = .reportBug
      message = "\(error)"
    }
  }
}

import Diagnostics

/// One thing that was checked.
public struct Finding: Sendable {
  public enum Verdict: Sendable {
    case works
    /// A run goes through, with less in its charges.
    case limited
    case fails
  }

  public let subject: String
  public let verdict: Verdict
  public let message: String
  /// What to do, in one sentence.
  public let mend: String?
  /// What a run would end with; nil where it would not fail.
  public let recovery: Recovery?

  static func works(_ subject: String, _ message: String) -> Finding {
    Finding(subject: subject, verdict: .works, message: message, mend: nil, recovery: nil)
  }

  static func limited(_ subject: String, _ message: String, mend: String? = nil) -> Finding {
    Finding(subject: subject, verdict: .limited, message: message, mend: mend, recovery: nil)
  }

  static func fails(_ subject: String, _ error: any Error, mend: String? = nil) -> Finding {
    let failure = StageFailure(stage: "doctor", organization: "", error: error)
    return Finding(
      subject: subject, verdict: .fails, message: failure.message, mend: mend, recovery: failure.recovery)
  }
}

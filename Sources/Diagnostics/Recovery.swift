/// What the caller of a failed run can do about it.
///
/// Every error that leaves a library conforms to ``RecoverableError`` and names one of these; the
/// command line turns it into an exit code (DESIGN, section 3), and nothing else decides exit codes.
public enum Recovery: Sendable, Hashable, CaseIterable {
  /// The command line is wrong: call again, corrected.
  case mendUsage
  /// What was read is not what it must be (a control total, a corrupt partition): nobody may use it.
  case refuseData
  /// The API or a store stayed unreachable after all retries.
  case serviceDown
  /// The program is at fault.
  case reportBug
  /// The place to write to does not accept files.
  case mendOutput
  /// Reading or writing failed midway.
  case checkStorage
  /// Locked by another run, or rate limited past the budget: the same call may succeed later.
  case retryLater
  /// A key is refused or lacks a scope.
  case mendPermission
  /// The configuration is wrong.
  case mendConfiguration
}

/// An error that says what can be done about it, in one sentence a user can act on.
public protocol RecoverableError: Error, CustomStringConvertible, Sendable {
  /// What the caller can do.
  var recovery: Recovery { get }
}

public import Diagnostics

/// A page that is no page: broken JSON, a proxy's text, a member missing. The same request may well get a
/// good one, so a client that retries does so first.
public struct UnusablePage: UnusableBody, RecoverableError, Hashable {
  public let organization: String
  public let path: String
  /// What is wrong with it.
  public let reason: String

  public var recovery: Recovery { .refuseData }

  public var description: String {
    "organization \(organization): \(path) answered 200 with something unusable: \(reason)"
  }
}

/// Pages that are well formed and still do not add up to what was asked for.
public struct PageError: RecoverableError, Hashable {
  /// What does not add up.
  public enum Problem: Sendable, Hashable {
    /// `has_more` without a cursor to go on with.
    case noCursor
    /// A cursor that had been followed before.
    case repeatedCursor
    /// More pages than any sane answer has.
    case tooManyPages(Int)
    /// A bucket that does not start at UTC midnight, or does not end within its day.
    case bucketNotADay(start: Int, end: Int)
    /// One day in two buckets.
    case repeatedDay(String)
    /// Past days without a bucket: an empty bucket is a zero, a missing one is not.
    case missingDays([String])
  }

  public let organization: String
  public let path: String
  public let problem: Problem

  public var recovery: Recovery { .refuseData }

  /// Whether all days that came are good, and others did not come.
  public var isAboutMissingDays: Bool {
    if case .missingDays = problem { true } else { false }
  }

  public var description: String { "organization \(organization): \(path) \(words)" }

  private var words: String {
    switch problem {
    case .noCursor: "says that there is more, without a cursor to get it"
    case .repeatedCursor: "gave the same cursor twice"
    case .tooManyPages(let count): "has not ended after \(count) pages"
    case .bucketNotADay(let start, let end):
      "has a bucket from \(start) to \(end), which is not one UTC day"
    case .repeatedDay(let day): "has two buckets for \(day)"
    case .missingDays(let days):
      "has no bucket for \(days.prefix(5).joined(separator: ", "))"
        + (days.count > 5 ? " and \(days.count - 5) more days" : "")
    }
  }
}

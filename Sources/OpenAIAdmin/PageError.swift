public import Diagnostics

/// A page that is no page: broken JSON, a proxy's text, a member missing. The same request may well get a
/// good one, so a client that retries does so first.
public struct UnusablePage: UnusableBody, RecoverableError, Hashable {
  public let organization: String
  public let path: String
  /// What is wrong with it.
  public let reason: String
  public let isOfTheAPI: Bool

  public var recovery: Recovery { isOfTheAPI ? .refuseData : .serviceDown }

  public var description: String {
    "organization \(organization): \(path) answered 200 with something unusable: \(reason)"
      + (isOfTheAPI ? "" : "; look for a proxy or a sign-in page between here and the API")
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
    /// Buckets of past days that end before their day does, at the second time of asking, too.
    case cutDays([String])
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
    switch problem {
    case .missingDays, .cutDays: true
    default: false
    }
  }

  public var description: String { "organization \(organization): \(path) \(words)" }

  private static func list(_ days: [String]) -> String {
    days.prefix(5).joined(separator: ", ") + (days.count > 5 ? " and \(days.count - 5) more days" : "")
  }

  private var words: String {
    switch problem {
    case .noCursor: "says that there is more, without a cursor to get it"
    case .repeatedCursor: "gave the same cursor twice"
    case .tooManyPages(let count): "has not ended after \(count) pages"
    case .bucketNotADay(let start, let end):
      "has a bucket from \(start) to \(end), which is not one UTC day"
    case .repeatedDay(let day): "has two buckets for \(day)"
    case .missingDays(let days): "has no bucket for \(Self.list(days))"
    case .cutDays(let days):
      "has buckets that end before their day does, for \(Self.list(days)): part of a day is not the day"
    }
  }
}

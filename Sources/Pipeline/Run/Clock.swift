import Glibc
import Staging

/// The current time in UTC, and nothing else of the system's clock.
public struct UTCClock: Sendable {
  private let now: @Sendable () -> Int

  /// The system's clock.
  public init() { now = { time(nil) } }

  /// A clock that stands still, for tests and for repeating a run of another day.
  public init(fixedAt day: Day) { now = { day.startSeconds } }

  /// Unix time.
  var seconds: Int { now() }

  public var today: Day { Day(containing: now()) }

  /// `YYYY-MM-DDTHH:MM:SSZ`.
  public var timestamp: String { Self.text(now(), dateSeparator: "-", timeSeparator: ":") }

  /// `YYYYMMDDTHHMMSSZ`, for names of files.
  public var compactTimestamp: String { Self.text(now(), dateSeparator: "", timeSeparator: "") }

  private static func text(_ seconds: Int, dateSeparator: String, timeSeparator: String) -> String {
    let day = Day(containing: seconds)
    let rest = seconds - day.startSeconds
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let date = day.description.split(separator: "-").joined(separator: dateSeparator)
    let time = [rest / 3600, rest / 60 % 60, rest % 60].map(two).joined(separator: timeSeparator)
    return "\(date)T\(time)Z"
  }
}

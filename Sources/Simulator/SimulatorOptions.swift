/// What a simulated world holds and how it behaves. The same options give the same bytes.
public struct SimulatorOptions: Sendable {
  /// A past day whose figures have changed so many times since it was first reported.
  public struct Restatement: Sendable, Equatable {
    public var day: UTCDay
    public var times: Int

    public init(day: UTCDay, times: Int) {
      self.day = day
      self.times = times
    }

    /// Reads `YYYY-MM-DD:N`, or `YYYY-MM-DD` for once.
    public init(parsing text: String) throws {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard let first = parts.first, let day = UTCDay(iso: first), parts.count <= 2,
        let times = parts.count == 2 ? Int(parts[1]) : 1, (0...1000).contains(times)
      else { throw SimulatorError("'\(text)' is no restated day, expected YYYY-MM-DD:N") }
      self.init(day: day, times: times)
    }
  }

  /// TCP port on 127.0.0.1; 0 takes any that is free.
  public var port: UInt16 = 0
  /// Where everything starts from.
  public var seed: UInt64 = 1
  public var organizations = 2
  /// Projects per organization, archived ones included.
  public var projects = 6
  /// Users per organization, deleted ones included.
  public var users = 10
  /// API keys per project.
  public var keys = 4
  /// Models that answer completions; those of other endpoints come on top.
  public var models = 12
  /// Days of history, up to and including today.
  public var days = 60
  /// Completions rows a day when grouped by project, user, key, model, batch and service tier.
  public var rows = 150
  /// Text models and nothing else: every completions row has uncached input, cached input and output, and
  /// everything that costs is explained by such rows. What a comparison with a plain SQL query needs.
  public var plain = false
  /// The last day with data; nil is the clock's, in UTC.
  public var today: UTCDay?
  /// How long each answer under `/v1` is held back.
  public var latencyMilliseconds = 0
  public var oddities = Oddities.realistic
  /// Applied to every organization.
  public var restatements: [Restatement] = []
  /// HTTP faults on the way, see `FaultPlan`.
  public var faults = FaultPlan()
  /// One line per request to standard error.
  public var verbose = false

  public init() {}
}

import ArgumentParser
import Pipeline
import Staging

/// The flags that `extract`, `normalize`, `load` and `unblended run` share (DESIGN, section 3).
public struct StageOptions: ParsableArguments {
  @OptionGroup var window: ScopeOptions
  @OptionGroup var partition: PartitionOptions
  @OptionGroup var output: OutputOptions

  public init() {}

  public func validate() throws {
    if partition.isGiven, !window.isDefault || !window.organizations.isEmpty {
      throw ValidationError("--partition names exactly what is covered: leave out --from, --to and --org.")
    }
  }

  var config: String { window.config }
  var from: Day? { window.from }
  var to: Day? { window.to }
  var organizations: [String] { window.organizations }

  /// - Throws: `ValidationError` for an organization that is not configured, and for partitions that the stages do not
  ///   have.
  func scope(_ configuration: Configuration, today: Day, of stages: [Stage]) throws -> RunScope {
    guard partition.isGiven else { return try window.scope(configuration, today: today) }
    return try partition.scope(configuration, from: config, today: today, of: stages)
  }
}

/// What a command covers: the configuration, and which days and organizations of it.
public struct ScopeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config = "pipeline.yaml"

  @Option(help: ArgumentHelp("First UTC day, inclusive: YYYY-MM-DD.", valueName: "day"))
  var from: Day?

  @Option(
    help: ArgumentHelp(
      "Last UTC day, exclusive: YYYY-MM-DD. Without --from and --to: the configured look-back up to today, and on the first days of a month all of the "
        + "previous one.",
      valueName: "day"))
  var to: Day?

  @Option(
    name: .customLong("org"),
    help: ArgumentHelp("Only this organization; may be repeated.", valueName: "name"))
  var organizations: [String] = []

  public init() {}

  /// Whether neither end was given.
  var isDefault: Bool { from == nil && to == nil }

  public func validate() throws {
    if let from, let to, from >= to {
      throw ValidationError("--from \(from) must be before --to \(to): the end is exclusive.")
    }
  }

  /// - Throws: `ValidationError` for an organization that is not configured.
  func scope(_ configuration: Configuration, today: Day) throws -> RunScope {
    let names = configuration.organizations.map(\.name)
    for name in organizations where !names.contains(name) {
      throw ValidationError("--org \(name) is not in \(config); it names \(names.joined(separator: ", ")).")
    }
    let end = to ?? max(today, from?.next ?? today)
    let start =
      isDefault
      ? configuration.extract.defaultWindow(today: today).from
      : from ?? end.advanced(by: -max(1, configuration.extract.lookbackDays))
    guard start < end else {
      throw ValidationError("--from \(start) must be before --to \(end): the end is exclusive.")
    }
    return RunScope(
      window: DayRange(from: start, to: end),
      organizations: configuration.organizations.filter {
        organizations.isEmpty || organizations.contains($0.name)
      },
      today: today)
  }
}

/// What `load` and `run` may replace.
public struct ShrinkOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Deliver days of --from, --to and --org although they lose most of the cost that was delivered of them."
    ))
  var acceptShrink = false

  public init() {}
}

/// How a command tells what it does.
public struct OutputOptions: ParsableArguments {
  @Option(help: "How log lines are written to standard error: text or json.")
  var logFormat = LogFormat.text

  @Flag(help: "Log errors only, and show no progress.")
  var quiet = false

  @Option(help: "What is printed to standard output at the end: table, json (one line) or none.")
  var summary = SummaryFormat.table

  public init() {}
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text
  case json
}

enum SummaryFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case table
  case json
  case none
}

extension Day: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

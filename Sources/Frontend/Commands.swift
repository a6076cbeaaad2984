import ArgumentParser
import Pipeline

/// `extract`: the API to `raw/`.
public struct ExtractCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Fetch costs, usage and names from OpenAI's organization API into raw/.",
    discussion: """
      Reads only: every request is a GET. Partitions that are there and settled are not fetched again; open days
      and the look-back window are. Without --from and --to, older days that are missing, open or
      degraded in the deliveries are taken up, too.

      EXAMPLES
        extract --config pipeline.yaml
        extract --config pipeline.yaml --from 2026-11-01 --to 2026-11-08 --org acme
        extract --summary json --log-format json
        extract --org acme --from-csv costs.csv
      """,
    version: Version.current)

  @OptionGroup var options: StageOptions

  @Option(
    name: .customLong("from-csv"),
    help: ArgumentHelp(
      "Read costs from a CSV downloaded from OpenAI's dashboard (plain or .gz) in place of the API; needs no key, "
        + "no network and exactly one --org. Without --from and --to: every day of the file.",
      valueName: "file"))
  var csv: String?

  public init() {}

  public func validate() throws {
    if csv != nil, options.partition.isGiven {
      throw ValidationError("--from-csv reads a whole file: use --org, --from and --to, not --partition.")
    }
    if csv != nil, options.window.organizations.count != 1 {
      throw ValidationError("--from-csv needs exactly one --org: the file does not say whose costs it holds.")
    }
  }

  public func run() async throws {
    try await StageCommand.run([.extract], command: "extract", options, csv: csv)
  }
}

/// `normalize`: `raw/` to `normalized/`.
public struct NormalizeCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "normalize",
    abstract: "Turn raw/ into charges and usage by organization and day, in normalized/.",
    discussion: """
      Needs no key and no network. A day whose control totals differ is not made, and the exit code is 65.

      EXAMPLES
        normalize --config pipeline.yaml --from 2026-11-01 --to 2026-11-08
      """,
    version: Version.current)

  @OptionGroup var options: StageOptions

  public init() {}

  public func run() async throws {
    try await StageCommand.run([.normalize], command: "normalize", options)
  }
}

/// `load`: `normalized/` to `focus/`.
public struct LoadCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Publish FOCUS files by billing month from normalized/, in focus/.",
    discussion: """
      A delivery is a complete snapshot of its month; the manifest is written last. Earlier deliveries are kept
      under focus/superseded/. A day that would lose most of its delivered cost stays as it is, and the exit code
      is 65.

      EXAMPLES
        load --config pipeline.yaml --from 2026-11-01 --to 2026-12-01
        load --org acme --from 2026-11-03 --to 2026-11-04 --accept-shrink
      """,
    version: Version.current)

  @OptionGroup var options: StageOptions
  @OptionGroup var shrink: ShrinkOptions

  public init() {}

  public func run() async throws {
    try await StageCommand.run(
      [.load], command: "load", options, acceptsShrink: shrink.acceptShrink)
  }
}

/// `unblended run`: the three stages in one process.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run extract, normalize and load one after the other.",
    discussion: """
      Without --from and --to, older days that are missing, open or degraded in the deliveries are taken up, too.

      EXAMPLES
        unblended run
        unblended run --from 2026-11-01 --to 2026-11-08
        unblended run --org acme --org globex --summary json --quiet
      """)

  @OptionGroup var options: StageOptions
  @OptionGroup var shrink: ShrinkOptions

  func run() async throws {
    try await StageCommand.run(
      Stage.allCases, command: "run", options, acceptsShrink: shrink.acceptShrink)
  }
}

/// `unblended`: everything that is more than one stage.
public struct UnblendedCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "unblended",
    abstract: "OpenAI spend as FOCUS cost files.",
    discussion: """
      EXAMPLES
        unblended run --config pipeline.yaml
        unblended plan --config pipeline.yaml
        unblended doctor --config pipeline.yaml
        unblended status --config pipeline.yaml
        unblended diff output other/output
        unblended schema --dialect postgres --month 2026-11 | psql costs
        unblended reconcile --month 2026-10 --invoice invoices.yaml

      EXIT CODES
        0 done   1 diff, reconcile: not the same   64 usage   65 data refused   69 API unreachable or failing   70 bug   73 cannot write the output
        74 I/O error   75 try again later   77 key refused or scope missing   78 bad configuration
      """,
    version: Version.current,
    subcommands: [
      RunCommand.self, PlanCommand.self, DiffCommand.self, DoctorCommand.self, StatusCommand.self,
      PricesCommand.self, SchemaCommand.self, ReconcileCommand.self,
    ])

  public init() {}
}

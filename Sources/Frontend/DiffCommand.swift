import ArgumentParser
import Diagnostics
import Pipeline
import Spend
import Staging

/// `unblended diff`: two deliveries charge by charge, or how much past days moved.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two deliveries or two outputs, charge by charge.",
    discussion: """
      A and B each name an output root (all its months), one month of it (ROOT@2026-11), one delivery by its id
      (ROOT@1f9c03…), what a run delivered (ROOT@RUN-ID), or the folder of a superseded delivery. Charges are the
      same if account, day, project, line item, key, person, allocation, category and currency are.

      EXAMPLES
        unblended diff output other/output
        unblended diff output@2026-10 output@2026-11 --group-by project --group-by model
        unblended diff output/focus/superseded/BILLING_PERIOD=2026-11/delivery=0a1b2c3d4e5f6071 output
        unblended diff from-api from-csv --org acme --ignore credential --ignore principal --ignore quantity --tolerance 0.005
        unblended diff --lag output

      EXIT CODES
        0 the same   1 different   64 usage   65 damaged input   74 I/O error
      """)

  @Argument(help: ArgumentHelp("The earlier side.", valueName: "a"))
  var before: String?

  @Argument(help: ArgumentHelp("The later side.", valueName: "b"))
  var after: String?

  @Option(help: ArgumentHelp("Compare this billing month alone: YYYY-MM.", valueName: "month"))
  var month: Month?

  @Option(
    name: .customLong("org"),
    help: ArgumentHelp("Only this organization; may be repeated.", valueName: "name"))
  var organizations: [String] = []

  @Option(help: "How the result is printed: table, json, csv or markdown.")
  var format = DiffFormat.table

  @Option(
    help: ArgumentHelp("Cost differences up to this amount, by charge, are none.", valueName: "amount"))
  var tolerance: ExactDecimal = .zero

  @Option(
    name: .customLong("group-by"),
    help: ArgumentHelp(
      "What totals are given by: \(DiffGrouping.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated. "
        + "Default: organization. With --format csv: totals are printed in place of charges.",
      valueName: "group"))
  var groupings: [DiffGrouping] = []

  @Option(
    help: ArgumentHelp(
      "Leave \(IgnoredPart.allCases.map(\.rawValue).joined(separator: ", ")) out; may be repeated.",
      valueName: "part"))
  var ignore: [IgnoredPart] = []

  @Option(
    help: ArgumentHelp(
      "Show so many charges, the largest differences first; 0 for all, by day. Default: 50, all with json and csv.",
      valueName: "number"))
  var limit: Int?

  @Flag(help: "Changed names are differences too.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Tell how much each past day of this output moved after it was first delivered.", valueName: "root"))
  var lag: String?

  @Flag(
    help: "With --lag: one row for each number of days after which past days changed, in place of one a day.")
  var byAge = false

  func validate() throws {
    if lag != nil {
      if before != nil { throw ValidationError("--lag ROOT takes no other delivery.") }
    } else if byAge {
      throw ValidationError("--by-age goes with --lag ROOT.")
    } else if before == nil || after == nil {
      throw ValidationError("Name two deliveries or outputs: unblended diff A B.")
    }
    if tolerance.isNegative { throw ValidationError("--tolerance must not be negative.") }
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative.") }
  }

  func run() async throws {
    do {
      if let lag {
        try await printLag(lag)
      } else if let before, let after, try await !compare(before, after) {
        throw ExitCode(1)
      }
    } catch let error as any RecoverableError {
      StandardStreams.writeError("diff: \(error)\n")
      throw ExitCode(error.recovery.exitCode)
    }
  }

  /// Whether both are the same.
  private func compare(_ before: String, _ after: String) async throws -> Bool {
    var left = try await side(before)
    var right = try await side(after)
    ComparedSide.narrow(&left, &right)
    let known = left.organizations.union(right.organizations)
    for name in organizations where !known.contains(name) {
      throw ValidationError(
        "--org \(name) is on neither side; there are \(known.sorted().joined(separator: ", ")).")
    }
    let options = DiffOptions(
      tolerance: tolerance, isStrict: strict, ignored: Set(ignore), organizations: Set(organizations),
      groupings: groupings.isEmpty ? [.organization] : groupings)
    var output = DiffOutput(
      left, right, format: format, limit: limit ?? (format.isForPeople ? 50 : 0),
      showsTotals: !groupings.isEmpty)
    try output.begin()
    let report = try await DeliveryDiff(options).compare(left, right) { try output.add($0) }
    try output.end(report)
    return report.isSame
  }

  private func side(_ text: String) async throws -> ComparedSide {
    let reference = DeliveryReference(text)
    var side = try await reference.resolve(in: Self.open(reference.path))
    guard let month else { return side }
    side.keep([month.description])
    if side.snapshots.isEmpty { throw NoDelivery(text: text, reason: "it has no delivery of \(month)") }
    return side
  }

  /// A directory or a bucket; how to speak to the latter is told by the environment.
  private static func open(_ root: String) throws -> any Store {
    try OutputStores.open(
      root, environment: ConfigurationFile.environment, diagnostics: DiagnosticsCollector()
    ).store
  }

  private func printLag(_ root: String) async throws {
    let movements = try await DeliveryLag.read(Self.open(root)).filter { movement in
      month.map { $0 == movement.day.month } ?? true
        && (organizations.isEmpty || organizations.contains(movement.organization))
    }
    if movements.isEmpty { throw NoDelivery(text: root, reason: "it holds no delivery") }
    try LagOutput(format: format).print(movements, byAge: byAge)
  }
}

enum DiffFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case table
  case json
  case csv
  case markdown

  var isForPeople: Bool { self == .table || self == .markdown }
}

extension Month: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension ExactDecimal: ExpressibleByArgument {
  public init?(argument: String) {
    guard let value = try? ExactDecimal(argument) else { return nil }
    self = value
  }
}

extension DiffGrouping: ExpressibleByArgument {}
extension IgnoredPart: ExpressibleByArgument {}

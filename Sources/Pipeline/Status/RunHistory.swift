import Staging

/// What the record of a run says to somebody who only wants to know whether it worked.
public struct RunSummary: Codable, Sendable {
  public var runID: String
  public var command: String
  public var started: String
  public var exitCode: Int32
  var organizations: [String]
  var failures: [Failure]

  struct Failure: Codable, Sendable {
    var organization: String?
  }

  enum CodingKeys: String, CodingKey {
    case command, started, organizations, failures
    case runID = "run_id"
    case exitCode = "exit_code"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(runID, forKey: .runID)
    try container.encode(command, forKey: .command)
    try container.encode(started, forKey: .started)
    try container.encode(exitCode, forKey: .exitCode)
  }

  /// Whether the run delivers.
  private var isDelivering: Bool { command == "run" || command == Stage.load.rawValue }

  /// Whether the run delivered, and nothing failed for the organization nor as a whole.
  func isSuccess(of organization: String) -> Bool {
    isDelivering && organizations.contains(organization)
      && failures.allSatisfy { $0.organization != nil && $0.organization != organization }
  }
}

/// The records in `runs/`, newest first, as far back as somebody looks.
struct RunHistory {
  /// The newest run of all; nil before the first.
  private(set) var last: RunSummary?
  /// The newest success of each organization.
  private(set) var successes: [String: RunSummary] = [:]

  /// Records that are looked at: more than a year of nights that failed.
  private static let limit = 400

  /// - Throws: ``StorageFailure``; a record that cannot be read is passed over.
  init(_ store: any Store, organizations: [String]) async throws {
    // Runs over partitions are many and deliver nothing.
    let keys = try await store.list("runs").map(\.key)
      .filter { $0.hasSuffix(".json") && !RunReport.isOfPartitions($0) }.sorted(by: >)
    for key in keys.prefix(Self.limit) where last == nil || successes.count < organizations.count {
      guard let bytes = try await store.read(key),
        let run = try? DeterministicJSON.decode(RunSummary.self, from: bytes, path: key)
      else { continue }
      last = last ?? run
      for organization in organizations
      where successes[organization] == nil && run.isSuccess(of: organization) {
        successes[organization] = run
      }
    }
  }
}

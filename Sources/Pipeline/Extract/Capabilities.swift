import Staging

/// What an organization's API was found to accept, remembered between runs (DESIGN C7).
struct Capabilities: SealedJSON, Sendable, Hashable {
  /// The `group_by` dimensions that the newest days of costs accepted.
  var costDimensions: [String]
  /// What those days refused, dimension by dimension, as ``DimensionStep/refused``; nil for nothing.
  var refused: [String: String]?
  /// The day on which everything was last asked for, `YYYY-MM-DD`.
  var asked: String
  /// Where only older days were asked for, the end of them, exclusive: newer ones may accept more.
  var until: String?

  static var sealName: StaticString { "record_sha256" }

  enum CodingKeys: String, CodingKey {
    case asked, refused, until
    case costDimensions = "cost_dimensions"
  }

  /// Organizations gain dimensions over time: after this many days everything is asked for again.
  private static let validDays = 7

  /// What is remembered and still valid.
  static func read(_ store: any Store, organization: String, today: Day) async throws -> Capabilities? {
    let key = Layout.capabilities(organization: organization)
    guard let bytes = try await store.read(key),
      let known = try? Capabilities(sealed: bytes, path: key),
      let asked = Day(known.asked), asked <= today, today.number - asked.number < validDays
    else { return nil }
    return known
  }

  /// Whether it says something about days that end at `end`.
  func holds(until end: Day) -> Bool { until.flatMap { Day($0) }.map { end <= $0 } ?? true }

  /// Keeps it, unless what is remembered by now says something of newer days: runs over different partitions may find
  /// out at the same time, in any order.
  func write(_ context: StageContext, organization: String, today: Day) async throws {
    func isNews() async throws -> Bool {
      let known = try await Self.read(context.store, organization: organization, today: today)
      return known != self && !(known?.isNewer(than: self) ?? false)
    }
    guard try await isNews() else { return }
    let turn = try await context.turn("org=\(organization),capabilities")
    do {
      if try await isNews() {
        try await context.store.writeIfChanged(
          Layout.capabilities(organization: organization), try sealed())
      }
    } catch {
      await turn?.release()
      throw error
    }
    await turn?.release()
  }

  private func isNewer(than other: Capabilities) -> Bool {
    guard let end = other.until.flatMap({ Day($0) }) else { return false }
    return until.flatMap { Day($0) }.map { $0 > end } ?? true
  }
}

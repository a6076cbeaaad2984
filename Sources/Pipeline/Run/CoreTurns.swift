import Staging

/// Lets work that keeps a core busy and a day in memory take turns: as many at once as there are cores. More days than
/// that are in hand, so that while one waits for the store another is worked on.
struct CoreTurns: Sendable {
  /// Days in hand at once.
  static let daysInHand = 2 * coreCount

  private let turns = Turns(coreCount)

  /// Waits for a turn, works, and passes the turn on.
  func take<Result>(_ work: () async throws -> Result) async rethrows -> Result {
    try await turns.take(work)
  }
}

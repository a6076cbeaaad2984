import Synchronization
import Testing

@testable import Pipeline

@Suite struct CoreTurnsTests {
  private final class Count: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    var now: Int { state.withLock { $0.now } }

    func change(by step: Int) {
      state.withLock { state in
        state.now += step
        state.most = max(state.most, state.now)
      }
    }
  }

  private struct Refused: Error {}

  @Test func noMoreTurnsAtOnceThanCores() async throws {
    let (turns, working, inHand) = (CoreTurns(), Count(), Count())
    let results = try await concurrentMap(Array(0..<100), width: CoreTurns.daysInHand) { item in
      inHand.change(by: 1)
      defer { inHand.change(by: -1) }
      do {
        try await turns.take {
          working.change(by: 1)
          defer { working.change(by: -1) }
          await Task.yield()
          if item % 10 == 9 { throw Refused() }
        }
      } catch is Refused { return -item }
      return item
    }
    #expect(results == (0..<100).map { $0 % 10 == 9 ? -$0 : $0 })
    #expect(working.now == 0 && (1...coreCount).contains(working.most))
    #expect(inHand.most <= CoreTurns.daysInHand)
  }
}

import Diagnostics
import OpenAIAdmin
import Spend
import Staging
import Synchronization

/// Where one organization's history begins, found while it is fetched.
///
/// The API keeps about one year and refuses a whole window of which one day is older. Such a day is out of reach,
/// which is not empty: nothing is written for it, and it is a failure of its own. The days of the window that are
/// within reach are fetched all the same: the window is halved until the floor is found, and what is older than a
/// day refused is not asked for any more.
final class HistoryFloor: Sendable {
  private struct State {
    /// The earliest day that may be within reach.
    var earliest: Day?
    var datasets: [Day: Set<String>] = [:]
    /// The API's sentence.
    var reason = ""
  }
  private let state = Mutex(State())

  /// Calls `body` for those parts of a window that are within reach, the younger ones first.
  ///
  /// - Parameter dataset: what is fetched, for the failures.
  /// - Throws: what `body` throws, but refusals of days beyond history.
  func fetch(
    _ window: DayRange, of dataset: String, _ body: (DayRange) async throws -> Void
  ) async throws {
    var window = window
    if let earliest = state.withLock({ $0.earliest }), window.from < earliest {
      let start = min(earliest, window.to)
      note(DayRange(from: window.from, to: start), dataset)
      window = DayRange(from: start, to: window.to)
    }
    if window.isEmpty { return }
    do { try await body(window) } catch let error as APIError where error.isBeyondHistory {
      guard window.count == 1 else {
        for half in window.halves { try await fetch(half, of: dataset, body) }
        return
      }
      state.withLock { state in
        state.earliest = max(state.earliest ?? window.to, window.to)
        state.reason = error.message
      }
      note(window, dataset)
    }
  }

  private func note(_ days: DayRange, _ dataset: String) {
    state.withLock { state in
      for day in days { state.datasets[day, default: []].insert(dataset) }
    }
  }

  /// One failure for each day out of reach, in their order.
  func failures(_ organization: String) -> [StageFailure] {
    let (datasets, reason) = state.withLock { ($0.datasets, $0.reason) }
    return datasets.sorted { $0.key < $1.key }.map { day, datasets in
      StageFailure(
        stage: "extract", organization: organization,
        dataset: datasets.contains(DatasetName.costs) ? DatasetName.costs : datasets.min(), day: day,
        error: DayUnavailable(
          organization: organization, day: day, datasets: datasets.sorted(), reason: reason))
    }
  }
}

/// A day that the API does not tell of any more.
struct DayUnavailable: RecoverableError {
  let organization: String
  let day: Day
  let datasets: [String]
  let reason: String

  var recovery: Recovery { .refuseData }
  var description: String {
    "organization \(organization), \(day): out of the API's reach: \(datasets.joined(separator: ", ")); "
      + "nothing is written for this day, which is not a day without cost; ask for later days "
      + "(reporting_lookback_exceeded: \(reason))"
  }
}

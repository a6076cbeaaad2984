import Pipeline
import Synchronization

/// One line on the terminal that is rewritten as work goes on: what was done last, how much, how fast.
final class TerminalProgress: ProgressReporter {
  private struct State {
    var stage = ""
    var rows = 0
    var units = 0
    var started = ContinuousClock.now
    var shown = ContinuousClock.now - .seconds(1)
  }
  private let state = Mutex(State())

  func advance(stage: String, rows: Int, unit: String) {
    let line: String? = state.withLock { state in
      let now = ContinuousClock.now
      if state.stage != stage { state = State(stage: stage, started: now) }
      state.rows += rows
      state.units += 1
      guard now - state.shown > .milliseconds(100) else { return nil }
      state.shown = now
      let milliseconds = max(1, Int((now - state.started) / .milliseconds(1)))
      let rate = state.rows * 1000 / milliseconds
      return "\(stage): \(state.units) partitions, \(state.rows) rows, \(rate) rows/s · \(unit)"
    }
    if let line { StandardStreams.writeError("\r\u{1B}[K" + line.prefix(110)) }
  }

  /// Clears the line, so that what follows starts on its own.
  func finish() { StandardStreams.writeError("\r\u{1B}[K") }
}

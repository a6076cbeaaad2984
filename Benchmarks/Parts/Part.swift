/// One hot part of the pipeline, measured by itself.
struct Part {
  /// What is counted in a round: a row, a number, a line.
  enum Unit: String {
    case row, number, share
    case lineItem = "line item"
    case line
    case block = "64 KB"
  }

  let name: String
  let unit: Unit
  /// How many of the unit, and how many bytes, one round goes through.
  let count: Int
  let bytes: Int
  /// Goes through all of them. What it returns depends on all that it did, so that nothing can be left out.
  let round: () throws -> Int
  /// Does the same in the plainest way there is.
  /// - Throws: ``Disagreement``.
  let check: () throws -> Void

  /// The least time that a round took, within so much time.
  func measure(for duration: Duration) throws -> Duration {
    let end = ContinuousClock.now.advanced(by: duration)
    var best = Duration.seconds(3600)
    var (first, rounds) = (0, 0)
    repeat {
      let start = ContinuousClock.now
      let result = try round()
      best = min(best, ContinuousClock.now - start)
      if rounds == 0 { first = result }
      try agree(result == first, "\(name): two rounds differ")
      rounds += 1
    } while ContinuousClock.now < end
    return best
  }
}

/// A part does not do what the plain way does.
struct Disagreement: Error, CustomStringConvertible {
  let description: String
}

/// - Throws: ``Disagreement`` with the text if the condition does not hold.
func agree(_ condition: Bool, _ text: @autoclosure () -> String) throws {
  if !condition { throw Disagreement(description: text()) }
}

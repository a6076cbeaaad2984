/// Why the simulator cannot start, or refuses a change: always a setting that somebody wrote.
public struct SimulatorError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was written, what is wrong with it and what is expected.
  public let description: String

  init(_ description: String) { self.description = description }
}

import Synchronization

/// Trouble that does not stop the run: counted by kind and told in the summary (promise 3).
public struct Diagnostic: Sendable, Hashable {
  /// A stable `snake_case` word, one for each kind of trouble, e.g. `line_item_not_parsed`.
  public let kind: String
  /// Where and what, for a person: organization, day, line, value.
  public let message: String
  /// The place as fields of a log line: `organization`, `dataset`, `partition`, as far as they are known.
  public internal(set) var place: [String: String] = [:]

  public init(kind: String, message: String) {
    self.kind = kind
    self.message = message
  }
}

/// Collects diagnostics from all tasks of a run.
///
/// Stages take the collector as an argument and go on; `throws` is kept for what cannot go on.
public final class DiagnosticsCollector: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    /// Of each kind the least text: which task was first differs from run to run.
    var example: [String: String] = [:]
  }
  /// What collectors of different places share.
  private final class Collection: Sendable {
    let state = Mutex(State())
    let sink: (@Sendable (Diagnostic) -> Void)?
    init(_ sink: (@Sendable (Diagnostic) -> Void)?) { self.sink = sink }
  }
  private let collection: Collection
  private let place: [String: String]

  /// - Parameter sink: called with the first diagnostic of each kind and message, e.g. to log it.
  public init(sink: (@Sendable (Diagnostic) -> Void)? = nil) {
    collection = Collection(sink)
    place = [:]
  }

  private init(_ collection: Collection, place: [String: String]) {
    self.collection = collection
    self.place = place
  }

  /// The same collector for reports from one place: an organization, a dataset, a day.
  public func at(_ place: [String: String]) -> DiagnosticsCollector {
    DiagnosticsCollector(collection, place: self.place.merging(place) { $1 })
  }

  /// Counts `count` occurrences of one diagnostic.
  public func report(_ diagnostic: Diagnostic, count: Int = 1) {
    let isNew = collection.state.withLock { state in
      state.counts[diagnostic.kind, default: 0] += count
      guard let known = state.example[diagnostic.kind] else {
        state.example[diagnostic.kind] = diagnostic.message
        return true
      }
      if diagnostic.message < known { state.example[diagnostic.kind] = diagnostic.message }
      return false
    }
    if isNew {
      var diagnostic = diagnostic
      diagnostic.place.merge(place) { own, _ in own }
      collection.sink?(diagnostic)
    }
  }

  /// Occurrences by kind.
  public var counts: [String: Int] { collection.state.withLock { $0.counts } }

  /// A message of each kind: of all that came, the first in the order of texts.
  public var examples: [String: String] { collection.state.withLock { $0.example } }
}

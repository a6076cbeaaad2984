import Diagnostics
import Synchronization
import Testing

@Suite struct DiagnosticsCollectorTests {
  /// What a summary tells does not depend on which task was quicker; what is logged is what came first.
  @Test(arguments: [["b", "a", "c"], ["c", "b", "a"], ["a", "c", "b"]])
  func examplesDoNotDependOnTheOrder(messages: [String]) {
    let logged = Mutex<[String]>([])
    let collector = DiagnosticsCollector { diagnostic in logged.withLock { $0.append(diagnostic.message) } }
    for message in messages { collector.report(Diagnostic(kind: "one", message: message), count: 2) }
    collector.at(["day": "x"]).report(Diagnostic(kind: "other", message: "z"))
    #expect(collector.examples == ["one": "a", "other": "z"])
    #expect(collector.counts == ["one": 6, "other": 1])
    #expect(logged.withLock { $0 } == [messages[0], "z"])
  }
}

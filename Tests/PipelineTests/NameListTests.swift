import Foundation
import Pipeline
import Staging
import Synchronization
import Testing

/// Lists of names that pile up, one of each kind a day.
@Suite struct NameListTests {
  private static let days = 12

  /// Runs day after day; every other day somebody is renamed.
  private static func daily(_ store: any Store) async throws -> Harness {
    var harness = try ScriptedAPI.ordinary.harness(["acme"], store: store)
    let first = try #require(Day("2026-11-06"))
    for number in 0..<days {
      var api = ScriptedAPI.ordinary
      api.lists["projects"] = [#"{"id":"proj_1","name":"Name \#(number / 2)","status":"active"}"#]
      harness = try api.harness(["acme"], store: store)
      harness.today = first.advanced(by: number)
      let report = try await harness.run(from: "2026-11-02", to: "2026-11-05")
      #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    }
    return harness
  }

  @Test func oldOnesAreNotReadAgain() async throws {
    let store = ReadStore()
    _ = try await Self.daily(store)
    let read = Set(store.lastReads.filter { $0.hasPrefix("raw/org=acme/dataset=users/") })
    // Of the last week, and today's.
    #expect(read.count > 2 && !read.contains { $0.contains("date=2026-11-06") }, "\(read.sorted())")
  }

  @Test func takenInDayByDayTheyAreAsTakenInAtOnce() async throws {
    let store = MemoryStore()
    let harness = try await Self.daily(store)
    let before = try await harness.content()
    for object in try await store.list("names") { try await store.remove(object.key) }
    _ = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05")
    #expect(differing(before, try await harness.content()) == [])
  }

  /// A list of some days ago that is only now in `raw/`, beside others of its day, counts from its day on.
  @Test func oneThatIsWrittenLateIsTakenInWhereItBelongs() async throws {
    let store = MemoryStore()
    let harness = try await Self.daily(store)
    let folder = "raw/org=acme/dataset=projects/date=2026-11-15"
    let partitions = PartitionStore(store)
    let record = try #require(try await partitions.record(folder))
    let part = try await partitions.file("part-00001.ndjson.gz", of: folder, record)
    let renamed = String(decoding: try GzipDecoder.decompress(part), as: UTF8.self)
      .replacing("Name 4", with: "Late")
    try await partitions.write(
      folder, record: record,
      files: [
        PartitionFile(name: "part-00001.ndjson.gz", rows: 1, content: part),
        PartitionFile(
          name: "part-00002.ndjson.gz", rows: 1, content: try GzipEncoder.compress(Array(renamed.utf8))),
      ])
    _ = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05")
    let history = try await store.readExisting("names/org=acme/history.csv.gz")
    let text = String(decoding: try GzipDecoder.decompress(history), as: UTF8.self)
    #expect(text.contains("Late"), "\(text)")
  }
}

/// A store in memory that tells what was read since the last object was written to `runs/`.
private final class ReadStore: Store {
  private let base = MemoryStore()
  private let reads = Mutex<(now: [String], last: [String])>(([], []))
  var name: String { base.name }
  var lastReads: [String] { reads.withLock(\.last) }

  func list(_ folder: String) async throws -> [StoredObject] { try await base.list(folder) }
  func read(_ key: String) async throws -> [UInt8]? {
    reads.withLock { $0.now.append(key) }
    return try await base.read(key)
  }
  func write(_ key: String, _ produce: (any ObjectSink) async throws -> Void) async throws {
    if key.hasPrefix("runs/") { reads.withLock { $0 = ([], $0.now) } }
    try await base.write(key, produce)
  }
  func remove(_ key: String) async throws { try await base.remove(key) }
  func replace(
    _ folder: String, with entries: [TreeEntry], committing commit: () async throws -> Void
  ) async throws {
    try await base.replace(folder, with: entries, committing: commit)
  }
}

import Foundation
import Pipeline
import Staging
import Synchronization
import Testing

/// Lists of names that pile up, one of each kind a day.
@Suite struct NameListTests {
  /// Runs day after day; every other day somebody is renamed.
  private static func daily(
    _ store: any Store, from first: String = "2026-11-06", days: Int = 12
  ) async throws -> Harness {
    var harness = try ScriptedAPI.ordinary.harness(["acme"], store: store)
    let first = try #require(Day(first))
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

  /// Adds a later round to the lists of projects of one day, with one name in another's place.
  private static func addLate(_ store: any Store, _ date: String, _ name: String) async throws {
    let folder = "raw/org=acme/dataset=projects/date=\(date)"
    let partitions = PartitionStore(store)
    let record = try #require(try await partitions.record(folder))
    let part = try await partitions.file("part-00001.ndjson.gz", of: folder, record)
    let renamed = String(decoding: try GzipDecoder.decompress(part), as: UTF8.self)
      .replacing(name, with: "Late")
    try await partitions.write(
      folder, record: record,
      files: [
        PartitionFile(name: "part-00001.ndjson.gz", rows: 1, content: part),
        PartitionFile(
          name: "part-00002.ndjson.gz", rows: 1, content: try GzipEncoder.compress(Array(renamed.utf8))),
      ])
  }

  private static func history(_ store: any Store) async throws -> String {
    let file = try await store.readExisting("names/org=acme/history.csv.gz")
    return String(decoding: try GzipDecoder.decompress(file), as: UTF8.self)
  }

  /// A year of lists is not told one by one; and it is the same history.
  @Test func monthsLongOverAreToldTogether() async throws {
    let store = MemoryStore()
    let harness = try await Self.daily(store, from: "2026-11-20", days: 22)
    let record = try #require(try await PartitionStore(store).record("names/org=acme"))
    #expect(
      record.madeFrom.filter { $0.key.hasSuffix("date=2026-11") }.mapValues { $0.split(separator: " ")[0] }
        == Dictionary(
          uniqueKeysWithValues: ["projects", "users", "service_accounts", "api_keys"].map {
            ("raw/org=acme/dataset=\($0)/date=2026-11", "20-30")
          }))
    #expect(!record.madeFrom.keys.contains { $0.contains("date=2026-11-") })
    #expect(record.madeFrom.keys.contains { $0.contains("dataset=users/date=2026-12-01/") })
    let before = try await harness.content()
    for object in try await store.list("names") { try await store.remove(object.key) }
    _ = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05")
    #expect(differing(before, try await harness.content()) == [])
  }

  /// A list of a day that no run took in makes the history anew, however long its month is over.
  @Test func anOldDayThatIsNewIsFound() async throws {
    let store = MemoryStore()
    let harness = try await Self.daily(store, from: "2026-11-20", days: 22)
    let (known, old) = (
      "raw/org=acme/dataset=projects/date=2026-11-20/", "raw/org=acme/dataset=projects/date=2026-11-18/"
    )
    for object in try await store.list(String(known.dropLast())) {
      var bytes = try await store.readExisting(object.key)
      if object.key.hasSuffix(".json") {
        var record = try PartitionRecord(sealed: bytes, path: object.key)
        record.date = "2026-11-18"
        bytes = try record.sealed()
      }
      try await store.write(object.key.replacing(known, with: old)) { try await $0.append(bytes) }
    }
    try await Self.addLate(store, "2026-11-18", "Name 0")
    _ = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05")
    #expect(try await Self.history(store).contains("Late"))
    let record = try #require(try await PartitionStore(store).record("names/org=acme"))
    #expect(record.madeFrom["raw/org=acme/dataset=projects/date=2026-11"]?.hasPrefix("18,20-30 ") == true)
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
    try await Self.addLate(store, "2026-11-15", "Name 4")
    _ = try await harness.run([.normalize], from: "2026-11-02", to: "2026-11-05")
    let history = try await Self.history(store)
    #expect(history.contains("Late"), "\(history)")
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

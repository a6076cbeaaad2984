import Foundation
import Staging
import TestSupport
import Testing

@Suite struct PartitionStoreTests {
  private static let folder = "normalized/org=acme/date=2026-11-03"

  private func record() throws -> PartitionRecord {
    PartitionRecord(
      organization: "acme", dataset: "charges", day: try #require(Day("2026-11-03")), open: false,
      dimensions: ["project_id"], controlTotals: ["USD": "1.50"], madeFrom: ["names": "x"])
  }

  private let files = [
    PartitionFile(name: "charges.csv.gz", rows: 3, content: [1, 2, 3]),
    PartitionFile(name: "usage.csv.gz", rows: 5, content: [4, 5]),
  ]

  @Test func theRecordVouchesForTheFiles() async throws {
    let partitions = PartitionStore(MemoryStore())
    let written = try await partitions.write(Self.folder, record: record(), files: files)
    #expect(written.changed)
    let found = try #require(try await partitions.record(Self.folder))
    #expect(found == written.record)
    #expect(found.rows == 3 && found.bytes == 5 && found.date == "2026-11-03")
    #expect(found.sha256 == Digest(of: [1, 2, 3, 4, 5] as [UInt8]).hex)
    #expect(found.digest(of: "usage.csv.gz") == Digest(of: [4, 5] as [UInt8]).hex)
    #expect(try await partitions.isWhole(Self.folder, found))
    #expect(try await partitions.file("usage.csv.gz", of: Self.folder, found) == [4, 5])
  }

  @Test func theRecordIsWrittenLast() async throws {
    let store = WatchedStore(MemoryStore())
    let partitions = PartitionStore(store)
    for content: UInt8 in [1, 2] {
      store.clear()
      let files = [PartitionFile(name: "part.gz", rows: 1, content: [content])]
      try await partitions.write(Self.folder, record: record(), files: files)
      let changes = store.changes.filter { !$0.hasPrefix("remove") || $0.hasSuffix("_partition.json") }
      let written = ["write \(Self.folder)/part.gz", "write \(Self.folder)/_partition.json"]
      #expect(changes == (content == 1 ? [] : ["remove \(Self.folder)/_partition.json"]) + written)
    }
  }

  /// Killed before any of its changes, a partition is whole or not there; written again, it is as if never
  /// killed.
  @Test(arguments: 0..<8)
  func killedAtAnyChangeItIsWholeOrNotThere(change: Int) async throws {
    let memory = MemoryStore()
    try await PartitionStore(memory).write(
      Self.folder, record: record(),
      files: [
        PartitionFile(name: "charges.csv.gz", rows: 1, content: [9]),
        PartitionFile(name: "old.gz", rows: 1, content: [8]),
      ])
    let store = WatchedStore(memory, failingAt: change)
    let outcome = try? await PartitionStore(store).write(Self.folder, record: record(), files: files)
    let partitions = PartitionStore(memory)
    if let found = try await partitions.record(Self.folder) {
      #expect(try await partitions.isWhole(Self.folder, found))
    }
    #expect((outcome == nil) == (change < 5), "five changes: record, old file, two files, record")
    try await partitions.write(Self.folder, record: record(), files: files)
    let fresh = PartitionStore(MemoryStore())
    try await fresh.write(Self.folder, record: record(), files: files)
    let keys = try await memory.list(Self.folder)
    #expect(try await fresh.store.list(Self.folder) == keys)
    for object in keys {
      #expect(try await memory.read(object.key) == fresh.store.read(object.key), "\(object.key)")
    }
  }

  @Test func writingTheSameAgainTouchesNothing() async throws {
    let temporary = try TemporaryFolder()
    let partitions = PartitionStore(DirectoryStore(root: temporary.path))
    try await partitions.write(Self.folder, record: record(), files: files)
    let past = Date(timeIntervalSince1970: 1_000_000_000)
    let paths = try temporary.files().keys.map { temporary.path + "/" + $0 }
    for path in paths {
      try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
    }
    let again = try await partitions.write(Self.folder, record: record(), files: files)
    #expect(!again.changed)
    for path in paths {
      let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
      #expect(date == past, "\(path)")
    }
  }

  @Test(arguments: ["charges.csv.gz", "usage.csv.gz"])
  func aDamagedFileIsNoticedAndMended(name: String) async throws {
    let store = MemoryStore()
    let partitions = PartitionStore(store)
    let written = try await partitions.write(Self.folder, record: record(), files: files)
    let key = Self.folder + "/" + name
    let whole = try await store.readExisting(key)
    for damaged in [Array(whole.dropLast()), whole + [0], whole.map { $0 ^ 1 }, []] {
      try await store.write(key, damaged)
      #expect(try await !partitions.isWhole(Self.folder, written.record))
      let error = await #expect(throws: CorruptFile.self) {
        try await partitions.file(name, of: Self.folder, written.record)
      }
      #expect(error?.path == key)
    }
    try await store.remove(key)
    #expect(try await !partitions.isWhole(Self.folder, written.record))
    await #expect(throws: CorruptFile.self) {
      try await partitions.file(name, of: Self.folder, written.record)
    }
    #expect(try await partitions.write(Self.folder, record: record(), files: files).changed)
    #expect(try await store.read(key) == whole)
  }

  @Test(arguments: ["", "{", "[]", "{\"format\":1}", "null", "{\"organization\":7}"])
  func aRecordThatIsNoneIsCorrupt(text: String) async throws {
    let store = MemoryStore()
    try await store.write(Self.folder + "/_partition.json", Array(text.utf8))
    let partitions = PartitionStore(store)
    let error = await #expect(throws: CorruptFile.self) { try await partitions.record(Self.folder) }
    #expect(error?.path == Self.folder + "/_partition.json")
  }

  /// Whatever it says, down to the white space.
  @Test func aFlippedBitInTheRecordIsCorrupt() async throws {
    let store = MemoryStore()
    let key = Self.folder + "/_partition.json"
    let written = try await PartitionStore(store).write(Self.folder, record: record(), files: files)
    let text = try await store.readExisting(key)
    for bit in 0..<(text.count * 8) {
      var damaged = text
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try await store.write(key, damaged)
      let error = await #expect(throws: CorruptFile.self, "bit \(bit)") {
        try await PartitionStore(store).record(Self.folder)
      }
      #expect(error?.path == key)
    }
    #expect(try await PartitionStore(store).write(Self.folder, record: record(), files: files).changed)
    #expect(try await store.read(key) == text)
    #expect(try await PartitionStore(store).record(Self.folder) == written.record)
  }

  @Test func aFileTheRecordDoesNotNameIsRefused() async throws {
    let partitions = PartitionStore(MemoryStore())
    let written = try await partitions.write(Self.folder, record: record(), files: files)
    await #expect(throws: CorruptFile.self) {
      try await partitions.file("other.gz", of: Self.folder, written.record)
    }
    #expect(try await partitions.record("normalized/org=acme/date=2026-11-04") == nil)
  }
}

@Suite struct LayoutTests {
  @Test func followsTheFixedDirectories() throws {
    let day = try #require(Day("2026-11-03"))
    #expect(
      Layout.raw(organization: "acme", dataset: "costs", day: day)
        == "raw/org=acme/dataset=costs/date=2026-11-03")
    #expect(Layout.normalized(organization: "acme", day: day) == "normalized/org=acme/date=2026-11-03")
    #expect(Layout.data(day.month) == "focus/data/BILLING_PERIOD=2026-11")
    #expect(Layout.manifest(day.month) == "focus/metadata/BILLING_PERIOD=2026-11/manifest.json")
    #expect(Layout.run("r1") == "runs/r1.json")
    #expect(Layout.value(of: "date", in: "raw/org=acme/dataset=costs/date=2026-11-03/x") == "2026-11-03")
    #expect(Layout.value(of: "day", in: "raw/org=acme") == nil)
  }
}

import Diagnostics
import Staging
import TestSupport
import Testing

@testable import ObjectStorage

/// The stores there are. A new one joins the suite by a case of its own.
enum StoreKind: CaseIterable {
  case directory
  case memory
  /// Several roots behind one store.
  case routed
  /// A bucket in memory, with uploads in small parts.
  case bucket
  /// A server that speaks S3 and checks signatures.
  case s3
  /// A server that speaks Cloud Storage's API.
  case gcs

  /// Those that can be had here: servers are started by `scripts/check-stores`.
  static let available = allCases.filter { kind in
    switch kind {
    case .s3: Rig.hasS3
    case .gcs: Rig.hasGCS
    default: true
    }
  }

  func make() throws -> TestedStore {
    switch self {
    case .directory:
      let folder = try TemporaryFolder()
      return TestedStore(store: DirectoryStore(root: folder.path + "/output"), folder: folder)
    case .memory: return TestedStore(store: MemoryStore(), folder: nil)
    case .routed:
      return TestedStore(
        store: RoutedStore(MemoryStore(), roots: ["raw": MemoryStore(name: "raw")]), folder: nil)
    case .bucket:
      return TestedStore(
        store: ObjectStore(MemoryBucket(), prefix: "some/prefix", partBytes: 1000), folder: nil)
    case .s3, .gcs:
      let (bucket, prefix) = try Rig.bucket(self)
      let limited = InterceptedBucket(bucket, RequestLimit(16))
      let repeated = InterceptedBucket(limited, Retries(budget: .seconds(20)))
      return TestedStore(store: ObjectStore(repeated, prefix: prefix, partBytes: 512 << 10), folder: nil)
    }
  }
}

/// A store, and the folder it writes to for as long as it is used.
struct TestedStore {
  let store: any Store
  let folder: TemporaryFolder?

  /// Everything below some folders, by key.
  func content(_ folders: String...) async throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for folder in folders {
      for object in try await store.list(folder) { result[object.key] = try await store.read(object.key) }
    }
    return result
  }
}

/// What the duties of `Store` promise, asked of every store.
@Suite struct StoreConformanceTests {
  struct Interrupted: Error {}

  @Test(arguments: StoreKind.available)
  func readsWhatWasWritten(kind: StoreKind) async throws {
    let tested = try kind.make()
    var random = RepeatableGenerator(seed: 1)
    for size in [0, 1, 4096, 1_000_000] {
      let bytes = random.bytes(size)
      try await tested.store.write("raw/org=acme/größe \(size).gz", bytes)
      #expect(try await tested.store.read("raw/org=acme/größe \(size).gz") == bytes)
      #expect(try await tested.store.readExisting("raw/org=acme/größe \(size).gz") == bytes)
    }
  }

  @Test(arguments: StoreKind.available)
  func joinsThePiecesOfAWrite(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.write("a/b") { sink in
      for piece in 0..<100 { try await sink.append([UInt8(piece), UInt8(piece)]) }
      try await sink.append([])
    }
    #expect(try await tested.store.read("a/b") == (0..<100).flatMap { [UInt8($0), UInt8($0)] })
  }

  @Test(arguments: StoreKind.available)
  func aWriteReplacesTheWholeObject(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.write("a/b", [1, 2, 3, 4, 5])
    try await tested.store.write("a/b", [9])
    #expect(try await tested.store.read("a/b") == [9])
    #expect(try await tested.store.list("a") == [StoredObject(key: "a/b", bytes: 1)])
  }

  @Test(arguments: StoreKind.available)
  func readersSeeTheOldObjectUntilTheNewOneIsWhole(kind: StoreKind) async throws {
    let tested = try kind.make()
    let store = tested.store
    try await store.write("a/old", [1])
    for key in ["a/old", "a/new"] {
      let before = try await tested.content("a")
      try await store.write(key) { sink in
        try await sink.append([7, 7])
        #expect(try await tested.content("a") == before)
        try await sink.append([7])
      }
      #expect(try await store.read(key) == [7, 7, 7])
    }
  }

  @Test(arguments: StoreKind.available)
  func aWriteThatFailsMidwayLeavesNothing(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.write("a/old", [1])
    for key in ["a/old", "a/new", "b/c/d"] {
      await #expect(throws: Interrupted.self) {
        try await tested.store.write(key) { sink in
          try await sink.append([UInt8](repeating: 7, count: 100_000))
          throw Interrupted()
        }
      }
    }
    #expect(try await tested.content("a", "b") == ["a/old": [1]])
    if let folder = tested.folder { #expect(try folder.files() == ["output/a/old": [1]]) }
  }

  @Test(arguments: StoreKind.available)
  func listsAllBelowAFolderSortedByKey(kind: StoreKind) async throws {
    let tested = try kind.make()
    var random = RepeatableGenerator(seed: 2)
    var keys: Set<String> = ["raw/a/b", "raw/a!b/c", "raw/a-b/c", "raw/a=b", "raw/ü/x", "raw/Z/x", "raw/ab"]
    for _ in 0..<200 {
      // Names that end in their depth: a name is never a file here and a folder there.
      let depth = Int.random(in: 1...4, using: &random)
      keys.insert(
        "raw/"
          + (0..<depth).map { random.pick(["x", "y-", "z_", "é", "q "]) + ($0 == depth - 1 ? "f" : "") }
          .joined(separator: "/"))
    }
    for key in keys { try await tested.store.write(key, Array(key.utf8)) }
    try await tested.store.write("raws/other", [1])
    let expected = keys.sorted().map { StoredObject(key: $0, bytes: $0.utf8.count) }
    #expect(try await tested.store.list("raw") == expected)
    #expect(try await tested.store.list("raw/x") == expected.filter { $0.key.hasPrefix("raw/x/") })
    #expect(try await tested.store.list("raw/nowhere") == [])
    #expect(try await tested.store.folders(in: "raw/nowhere") == [])
    #expect(
      try await tested.store.folders(in: "raw")
        == Set(keys.map { $0.split(separator: "/") }.filter { $0.count > 2 }.map { String($0[1]) }).sorted())
    #expect(try await tested.store.list("raw/a/b") == [])
  }

  @Test(arguments: StoreKind.available)
  func whatIsMissingIsNil(kind: StoreKind) async throws {
    let tested = try kind.make()
    #expect(try await tested.store.read("a/b") == nil)
    try await tested.store.write("a/b", [1])
    #expect(try await tested.store.read("a/c") == nil)
    #expect(try await tested.store.read("a/b/c") == nil)
    await #expect(throws: CorruptFile.self) { try await tested.store.readExisting("a/c") }
  }

  @Test(arguments: StoreKind.available)
  func removesOneObject(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.remove("a/b")
    try await tested.store.write("a/b", [1])
    try await tested.store.write("a/c", [2])
    for _ in 0..<2 { try await tested.store.remove("a/b") }
    try await tested.store.remove("a/b/c")
    #expect(try await tested.content("a") == ["a/c": [2]])
  }

  @Test(arguments: StoreKind.available)
  func writesOnlyWhatDiffers(kind: StoreKind) async throws {
    let tested = try kind.make()
    #expect(try await tested.store.writeIfChanged("a/b", [1]))
    #expect(try await !tested.store.writeIfChanged("a/b", [1]))
    #expect(try await tested.store.writeIfChanged("a/b", [2]))
    #expect(try await tested.store.read("a/b") == [2])
  }

  @Test(
    arguments: StoreKind.available,
    ["", ".", "..", "../x", "a/../../x", "a/..", "/etc/x", "a//b", "a/", "a/./b", "a\0b"])
  func keysOutsideTheRootAreRefused(kind: StoreKind, key: String) async throws {
    let tested = try kind.make()
    let store = tested.store
    try await store.write("good/one", [1])
    let entry = [TreeEntry(name: "x", source: "good/one")]
    await #expect(throws: CorruptFile.self) { try await store.read(key) }
    await #expect(throws: CorruptFile.self) { try await store.write(key, [1]) }
    await #expect(throws: CorruptFile.self) { try await store.remove(key) }
    await #expect(throws: CorruptFile.self) { try await store.list(key) }
    await #expect(throws: CorruptFile.self) { try await store.replace(key, with: entry) }
    await #expect(throws: CorruptFile.self) { try await store.replace(key, with: []) }
    for bad in [TreeEntry(name: key, source: "good/one"), TreeEntry(name: "x", source: key)] {
      await #expect(throws: CorruptFile.self) { try await store.replace("tree", with: [bad]) }
    }
    #expect(try await tested.content("good", "tree") == ["good/one": [1]])
    if let folder = tested.folder { #expect(try folder.files() == ["output/good/one": [1]]) }
  }

  @Test(arguments: StoreKind.available)
  func replaceEndsWithExactlyTheTree(kind: StoreKind) async throws {
    let tested = try kind.make()
    let store = tested.store
    for key in ["data/org=a/1", "data/org=a/2", "data/org=b/3", "building/4", "building/5", "beside/x"] {
      try await store.write(key, Array(key.utf8))
    }
    // Kept, moved inside, brought from outside; one source used twice.
    let tree = [
      "org=a/1": "data/org=a/1", "org=c/deep/2": "data/org=a/2", "org=a/4": "building/4", "4": "building/4",
    ]
    for _ in 0..<2 {
      try await store.replace("data", with: tree.map { TreeEntry(name: $0.key, source: $0.value) })
      let expected = Dictionary(uniqueKeysWithValues: tree.map { ("data/" + $0.key, Array($0.value.utf8)) })
      #expect(try await tested.content("data") == expected)
      #expect(try await tested.content("building", "beside").count == 3)
      // The second time, from what the first one left.
      try await store.write("data/org=a/2", Array("data/org=a/2".utf8))
    }
    if let folder = tested.folder {
      let left = try folder.files().keys.filter { $0.contains(".tmp") }
      #expect(left.isEmpty)
    }
    try await store.replace("data", with: [])
    #expect(try await store.list("data") == [])
    try await store.replace("never/there", with: [])
    #expect(try await store.list("never/there") == [])
    try await store.replace("new/tree", with: [TreeEntry(name: "a/b", source: "beside/x")])
    #expect(try await tested.content("new") == ["new/tree/a/b": Array("beside/x".utf8)])
  }

  /// What becomes part of a tree must not change with its source afterwards.
  @Test(arguments: StoreKind.available)
  func aReplacedTreeIsIndependentOfItsSources(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.write("building/1", [1])
    try await tested.store.replace("data", with: [TreeEntry(name: "1", source: "building/1")])
    try await tested.store.write("building/1", [2])
    #expect(try await tested.store.read("data/1") == [1])
    try await tested.store.remove("building/1")
    #expect(try await tested.store.read("data/1") == [1])
  }

  @Test(arguments: StoreKind.available)
  func aReplaceThatFailsLeavesTheOldTree(kind: StoreKind) async throws {
    let tested = try kind.make()
    try await tested.store.write("data/1", [1])
    try await tested.store.write("building/2", [2])
    let entries = [TreeEntry(name: "2", source: "building/2"), TreeEntry(name: "3", source: "building/3")]
    await #expect(throws: CorruptFile.self) { try await tested.store.replace("data", with: entries) }
    #expect(try await tested.content("data", "building") == ["data/1": [1], "building/2": [2]])
    if let folder = tested.folder { #expect(try folder.files().count == 2) }
  }

  /// Whoever reads what is committed finds every object of the new tree, and those of the old one are there or gone
  /// as a whole.
  @Test(arguments: StoreKind.available)
  func commitsWhenTheNewTreeIsThere(kind: StoreKind) async throws {
    let tested = try kind.make()
    let store = tested.store
    for key in ["data/kept", "data/old", "data/older"] { try await store.write(key, Array(key.utf8)) }
    try await store.write("data/.building/new", [7])
    let entries = [
      TreeEntry(name: "kept", source: "data/kept"), TreeEntry(name: "new", source: "data/.building/new"),
    ]
    try await store.replace("data", with: entries) {
      #expect(try await store.read("data/kept") == Array("data/kept".utf8))
      #expect(try await store.read("data/new") == [7])
      let left = (try await store.read("data/old"), try await store.read("data/older"))
      #expect((left.0 == nil) == (left.1 == nil))
      try await store.write("beside/manifest", [1])
    }
    #expect(try await tested.content("data") == ["data/kept": Array("data/kept".utf8), "data/new": [7]])
    #expect(try await store.read("beside/manifest") == [1])
    // A commit that fails is told, and the same call mends what is left.
    try await store.write("data/.building/newer", [8])
    let next = [TreeEntry(name: "newer", source: "data/.building/newer")]
    await #expect(throws: Interrupted.self) {
      try await store.replace("data", with: next) { throw Interrupted() }
    }
    // Where the tree was exchanged before the commit, its source went with the old one.
    if try await store.read("data/.building/newer") != nil { try await store.replace("data", with: next) }
    #expect(try await tested.content("data") == ["data/newer": [8]])
  }

  @Test(arguments: StoreKind.available)
  func tellsWhetherItHoldsWhatARecordSays(kind: StoreKind) async throws {
    let tested = try kind.make()
    var random = RepeatableGenerator(seed: 3)
    for size in [0, 10, 2_000_000] {
      let bytes = random.bytes(size)
      let record = FileRecord(path: "x", rows: 1, content: bytes)
      #expect(try await !tested.store.holds(record, at: "a/x\(size)"))
      try await tested.store.write("a/x\(size)", bytes)
      #expect(try await tested.store.holds(record, at: "a/x\(size)"))
      try await tested.store.replace("b", with: [TreeEntry(name: "y", source: "a/x\(size)")])
      #expect(try await tested.store.holds(record, at: "b/y"))
      try await tested.store.write("a/x\(size)", random.bytes(max(1, size)))
      #expect(try await !tested.store.holds(record, at: "a/x\(size)"))
    }
  }

  @Test(arguments: StoreKind.available)
  func manyWritersDoNotMixTheirObjects(kind: StoreKind) async throws {
    let tested = try kind.make()
    let store = tested.store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<40 {
        group.addTask {
          for key in ["shared/object", "own/\(writer)"] {
            try await store.write(key) { sink in
              for _ in 0..<20 { try await sink.append([UInt8](repeating: UInt8(writer), count: 500)) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    for object in try await store.list("own") + store.list("shared") {
      let bytes = try #require(try await store.read(object.key))
      #expect(bytes.count == 10_000 && Set(bytes).count == 1, "\(object.key)")
    }
    #expect(try await store.list("own").count == 40)
  }
}

import Foundation
import Staging
import TestSupport
import Testing

/// What only a store in a directory has: modes, scratch files, errors of the system.
@Suite struct DirectoryStoreTests {
  private func mode(_ path: String) throws -> Int {
    let value = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    return try #require(value?.intValue)
  }

  private static let mask: Int = {
    let mask = umask(0)
    umask(mask)
    return Int(mask)
  }()

  @Test(arguments: [(0o640, 0o750), (0o600, 0o700), (0o644, 0o755)])
  func filesAreReadByThoseTheyAreMeantFor(file: Int, folder: Int) async throws {
    let temporary = try TemporaryFolder()
    let store = DirectoryStore(root: temporary.path + "/output", fileMode: UInt32(file))
    try await store.write("raw/org=acme/part", [1])
    try await store.replace(
      "focus/data", with: [TreeEntry(name: "org=acme/part", source: "raw/org=acme/part")])
    let root = temporary.path + "/output/"
    for path in ["raw/org=acme/part", "focus/data/org=acme/part"] {
      #expect(try mode(root + path) == file & ~Self.mask)
    }
    for path in ["", "raw", "raw/org=acme", "focus/data", "focus/data/org=acme"] {
      #expect(try mode(root + path) == folder & ~Self.mask, "\(path)")
    }
  }

  @Test func byDefaultTheGroupReads() async throws {
    let temporary = try TemporaryFolder()
    try await DirectoryStore(root: temporary.path).write("a/b", [1])
    #expect(try mode(temporary.path + "/a/b") == 0o640 & ~Self.mask)
  }

  @Test func whatAKilledRunLeftAsideCanBeRemoved() async throws {
    let temporary = try TemporaryFolder()
    try temporary.write(".tmp/123-1", "half a file")
    try temporary.write(".tmp/123-2/org=acme/part", "half a tree")
    let store = DirectoryStore(root: temporary.path)
    try await store.write("a/b", [1])
    try await store.removeScratch()
    #expect(try temporary.files() == ["a/b": [1]])
    try await store.removeScratch()
  }

  /// A file is looked at piece by piece, and found to be another one wherever it differs.
  @Test(arguments: [0, 1, 131_071, 131_072, 131_073, 1_000_000])
  func holdsWhatItsRecordSays(size: Int) async throws {
    let temporary = try TemporaryFolder()
    let store = DirectoryStore(root: temporary.path)
    var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try await store.write("a/b", bytes)
    let record = FileRecord(path: "b", rows: 0, content: bytes)
    #expect(try await store.holds(record, at: "a/b"))
    #expect(try await !store.holds(record, at: "a/c"), "there is none")
    #expect(try await !store.holds(record, at: "a/b/c"), "its folder is a file")
    #expect(try await !store.holds(record, at: "a"), "it is a folder")
    #expect(try await !store.holds(FileRecord(path: "b", rows: 0, content: bytes + [0]), at: "a/b"))
    if size == 0 { return }
    bytes[size - 1] ^= 1
    try await store.write("a/b", bytes)
    #expect(try await !store.holds(record, at: "a/b"))
  }

  @Test func aPlaceThatTakesNoFilesIsToBeMended() async throws {
    let temporary = try TemporaryFolder()
    try temporary.write("file", "not a folder")
    let store = DirectoryStore(root: temporary.path + "/file/output")
    let error = await #expect(throws: StorageFailure.self) { try await store.write("a/b", [1]) }
    #expect(error?.recovery == .mendOutput)
    #expect(error?.path.hasPrefix(temporary.path) == true)
  }

  @Test func aFolderWhereAFileIsMeantIsNoObject() async throws {
    let temporary = try TemporaryFolder()
    let store = DirectoryStore(root: temporary.path)
    try await store.write("a/b/c", [1])
    await #expect(throws: StorageFailure.self) { try await store.write("a/b", [2]) }
    #expect(try temporary.files() == ["a/b/c": [1]])
  }
}

/// Several objects written at once.
@Suite struct ObjectGroupTests {
  private let objects = [
    NewObject(key: "raw/a/part", bytes: [1]), NewObject(key: "names/b", bytes: [2]),
    NewObject(key: "raw/a/record", bytes: []),
  ]

  @Test func allAreThereAndNothingElse() async throws {
    let temporary = try TemporaryFolder()
    try temporary.write("raw/a/part", "old")
    try await DirectoryStore(root: temporary.path).write(objects)
    #expect(try temporary.files() == ["raw/a/part": [1], "names/b": [2], "raw/a/record": []])
  }

  /// One that cannot be written leaves no scratch behind, and none that comes after it.
  @Test func oneThatCannotBeWrittenEndsIt() async throws {
    let temporary = try TemporaryFolder()
    try temporary.write("names", "no folder")
    await #expect(throws: StorageFailure.self) {
      try await DirectoryStore(root: temporary.path).write(objects)
    }
    #expect(try temporary.files() == ["raw/a/part": [1], "names": Array("no folder".utf8)])
  }

  @Test func aKeyOutsideIsRefusedBeforeAnythingIsWritten() async throws {
    let temporary = try TemporaryFolder()
    await #expect(throws: CorruptFile.self) {
      try await DirectoryStore(root: temporary.path).write(objects + [NewObject(key: "../c", bytes: [])])
    }
    #expect(try temporary.files().isEmpty)
  }

  @Test func eachGoesToItsRootInOrder() async throws {
    let main = WatchedStore(MemoryStore())
    let other = WatchedStore(MemoryStore())
    try await RoutedStore(main, roots: ["names": other]).write(objects)
    #expect(main.changes == ["write raw/a/part", "write raw/a/record"])
    #expect(other.changes == ["write names/b"])
  }

  /// Writes that wait for the disk do not wait for each other, and none is lost.
  @Test func manyAtOnce() async throws {
    let temporary = try TemporaryFolder()
    let store = DirectoryStore(root: temporary.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          try await store.write([
            NewObject(key: "a/\(number % 7)/\(number)", bytes: [UInt8(number)]),
            NewObject(key: "a/last", bytes: [1]),
          ])
        }
      }
      try await group.waitForAll()
    }
    var expected = ["a/last": [UInt8(1)]]
    for number in 0..<200 { expected["a/\(number % 7)/\(number)"] = [UInt8(number)] }
    #expect(try temporary.files() == expected)
  }
}

@Suite struct RunLockTests {
  @Test func aSecondRunIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    do {
      let lock = try RunLock(output: folder.path + "/output")
      let error = #expect(throws: OutputLocked.self) { try RunLock(output: folder.path + "/output") }
      #expect(error?.recovery == .retryLater)
      withExtendedLifetime(lock) {}
    }
    _ = try RunLock(output: folder.path + "/output")
  }

  @Test(.enabled(if: Python.isAvailable))
  func otherProcessesSeeIt() throws {
    let folder = try TemporaryFolder()
    let script = """
      import fcntl,sys
      try: fcntl.flock(open(sys.argv[1], "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB); print("free")
      except BlockingIOError: print("locked")
      """
    var lock: RunLock? = try RunLock(output: folder.path)
    #expect(try Python.lines(script, [folder.path + "/.lock"]) == ["locked"])
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try Python.lines(script, [folder.path + "/.lock"]) == ["free"])
  }

  @Test(.enabled(if: Python.isAvailable))
  func theLockOfADeadProcessIsFree() throws {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import fcntl,sys,time
      lock = open(sys.argv[1], "a"); fcntl.flock(lock, fcntl.LOCK_EX)
      print("held", flush=True); time.sleep(600)
      """, folder.path + "/.lock",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = pipe.fileHandleForReading.availableData
    #expect(said.starts(with: Data("held".utf8)))
    #expect(throws: OutputLocked.self) { try RunLock(output: folder.path) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    _ = try RunLock(output: folder.path)
  }
}

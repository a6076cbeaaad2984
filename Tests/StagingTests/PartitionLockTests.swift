import Foundation
import Staging
import TestSupport
import Testing

/// Runs over different partitions share a directory; nobody shares it with a run that has it for itself.
@Suite struct PartitionLockTests {
  @Test func partitionsAreSharedOut() async throws {
    let folder = try TemporaryFolder()
    let shared = try RunLock(output: folder.path, isShared: true)
    let other = try RunLock(output: folder.path, isShared: true)
    #expect(throws: OutputLocked.self) { try RunLock(output: folder.path) }
    let one = try PartitionLock(output: folder.path, name: "org=a,date=2026-11-03")
    let error = #expect(throws: OutputLocked.self) {
      try PartitionLock(output: folder.path, name: "org=a,date=2026-11-03")
    }
    #expect(error?.recovery == .retryLater && error?.path.hasSuffix(".locks/org=a,date=2026-11-03") == true)
    let two = try PartitionLock(output: folder.path, name: "org=a,date=2026-11-04")
    await OutputLocks([shared, one]).release()
    let again = try PartitionLock(output: folder.path, name: "org=a,date=2026-11-03")
    for lock in [two, again] { await lock.release() }
    #expect(try folder.files().keys.sorted() == [".lock"])
    withExtendedLifetime((shared, other, one, two, again)) {}
  }

  @Test func noneIsSharedWithAWholeRun() throws {
    let folder = try TemporaryFolder()
    let whole = try RunLock(output: folder.path)
    #expect(throws: OutputLocked.self) { try RunLock(output: folder.path, isShared: true) }
    withExtendedLifetime(whole) {}
  }

  /// Whoever finds a lock file that its holder is just removing must not hold a file that is gone.
  @Test func oneAtATimeWhileFilesComeAndGo() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let overlaps = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var overlaps = 0
          for _ in 0..<300 {
            guard let lock = try? PartitionLock(output: path, name: "p") else { continue }
            let mark = path + "/mark"
            let descriptor = open(mark, O_CREAT | O_EXCL, 0o600)
            if descriptor < 0 { overlaps += 1 } else { close(descriptor) }
            unlink(mark)
            await lock.release()
          }
          return overlaps
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(overlaps == 0)
  }

  @Test func namesStayInsideTheFolder() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CorruptFile.self) { try PartitionLock(output: folder.path, name: "../escaped") }
  }

  /// Containers on several hosts all are process 7.
  @Test func whatIsSetAsideByOthersIsNotInTheWay() async throws {
    let folder = try TemporaryFolder()
    for number in 1...4 { try folder.write(".tmp/\(getpid())-\(number)", "another's") }
    try await DirectoryStore(root: folder.path).write("a/b", [1])
    #expect(try folder.files().count == 5)
  }
}

import Glibc

/// Keeps two runs from writing to one output, whatever kind of store it is in.
public protocol OutputLock: Sendable {
  /// Lets the next run in at once. Without it, it gets in when the lock has run out by itself.
  func release() async
}

/// Several locks as one.
public struct OutputLocks: OutputLock {
  private let all: [any OutputLock]

  /// - Parameter all: in the order in which they were taken; the last is let go first.
  public init(_ all: [any OutputLock]) { self.all = all }

  public func release() async { for lock in all.reversed() { await lock.release() } }
}

/// Keeps two runs from writing to one output.
///
/// An advisory lock on `<output>/.lock`: the system releases it when the process ends, however it ends, so
/// a lock left by a dead process never needs a hand.
public final class RunLock: OutputLock {
  private let descriptor: Int32

  /// - Parameter isShared: whether others that share it may hold it at the same time: runs over partitions, each of
  ///   which it locks besides.
  /// - Throws: ``OutputLocked`` at once if another run holds the lock; ``StorageFailure`` if the output
  ///   cannot be written.
  public init(output: String, fileMode: FileMode = .standard, isShared: Bool = false) throws {
    try POSIXFile.makeFolders(output, mode: mode_t(fileMode.folderBits))
    let path = output + "/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(fileMode.bits))
    guard descriptor >= 0 else { throw POSIXFile.failure("create", path) }
    guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { throw OutputLocked(path: path) }
      throw StorageFailure(path: path, operation: "lock", code: code)
    }
  }

  deinit { close(descriptor) }

  /// The system does so when the last reference goes.
  public func release() async {}
}

import Glibc

/// Keeps two runs from writing to one output, whatever kind of store it is in.
public protocol OutputLock: Sendable {
  /// Lets the next run in at once. Without it, it gets in when the lock has run out by itself.
  func release() async
}

/// Keeps two runs from writing to one output.
///
/// An advisory lock on `<output>/.lock`: the system releases it when the process ends, however it ends, so
/// a lock left by a dead process never needs a hand.
public final class RunLock: OutputLock {
  private let descriptor: Int32

  /// - Throws: ``OutputLocked`` at once if another run holds the lock; ``StorageFailure`` if the output
  ///   cannot be written.
  public init(output: String, fileMode: FileMode = .standard) throws {
    try POSIXFile.makeFolders(output, mode: mode_t(fileMode.folderBits))
    let path = output + "/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(fileMode.bits))
    guard descriptor >= 0 else { throw POSIXFile.failure("create", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
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

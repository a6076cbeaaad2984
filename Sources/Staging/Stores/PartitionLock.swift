import Glibc
import Synchronization

/// Keeps two runs from working on one partition of an output that they share.
///
/// An advisory lock on `<output>/.locks/<partition>`, taken while the output itself is locked with
/// ``RunLock/init(output:fileMode:isShared:)``. The file goes with the lock; that of a killed process holds nobody up
/// and is removed by the next run that has the output for itself.
public final class PartitionLock: OutputLock {
  static let folder = ".locks"

  private let path: String
  private let descriptor: Int32
  private let isReleased = Atomic(false)

  /// - Parameter name: of the partition, e.g. `org=acme,date=2026-11-03`.
  /// - Throws: ``OutputLocked`` at once if another run holds the lock; ``StorageFailure``; ``CorruptFile`` for a name
  ///   that is no file name.
  public init(output: String, name: String, fileMode: FileMode = .standard) throws {
    try StoreKey.check(name)
    let folder = output + "/" + Self.folder
    let path = folder + "/" + name
    try POSIXFile.makeFolders(folder, mode: mode_t(fileMode.folderBits))
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(fileMode.bits))
      guard descriptor >= 0 else { throw POSIXFile.failure("create", path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        if code == EWOULDBLOCK { throw OutputLocked(path: path) }
        throw StorageFailure(path: path, operation: "lock", code: code)
      }
      // Whoever held it may have removed the file between the two calls.
      if Self.isSame(descriptor, path) {
        self.descriptor = descriptor
        self.path = path
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  public func release() async {
    if isReleased.exchange(true, ordering: .relaxed) { return }
    _ = unlink(path)
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, present) = (stat(), stat())
    guard fstat(descriptor, &opened) == 0, stat(path, &present) == 0 else { return false }
    return opened.st_ino == present.st_ino && opened.st_dev == present.st_dev
  }
}

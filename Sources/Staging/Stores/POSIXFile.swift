import Diagnostics
import Glibc

/// The few system calls that a directory store needs, with errors that name the path.
enum POSIXFile {
  /// Creates a file that must not exist yet.
  static func create(_ path: String, mode: mode_t) throws -> Int32 {
    try retrying("create", path) { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
  }

  static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String) throws {
    var offset = 0
    while offset < bytes.count {
      let count = write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      offset += count
    }
  }

  /// Makes a file's or a folder's content durable.
  static func sync(_ descriptor: Int32, path: String) throws {
    guard fsync(descriptor) == 0 else { throw failure("sync", path) }
  }

  static func syncFolder(_ path: String) throws {
    let descriptor = try retrying("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    try sync(descriptor, path: path)
  }

  /// The whole file, or nil if there is none.
  static func read(_ path: String) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("read", path)
    }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw failure("read", path) }
    let size = Int(info.st_size)
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if got < 0 {
          if errno == EINTR { continue }
          throw failure("read", path)
        }
        if got == 0 { break }
        count += got
      }
    }
  }

  /// The digest of a file, or nil if there is none of that size.
  static func digest(_ path: String, ofBytes size: Int) throws -> Digest? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("read", path)
    }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw failure("read", path) }
    guard info.st_mode & S_IFMT == S_IFREG, Int(info.st_size) == size else { return nil }
    var digest = RunningDigest()
    try withUnsafeTemporaryAllocation(byteCount: min(max(size, 1), 1 << 17), alignment: 64) { piece in
      while digest.bytes < size {
        let got = Glibc.read(descriptor, piece.baseAddress, piece.count)
        if got < 0 {
          if errno == EINTR { continue }
          throw failure("read", path)
        }
        if got == 0 { break }
        digest.take(UnsafeRawBufferPointer(rebasing: piece[..<got]))
      }
    }
    return digest.bytes == size ? digest.digest : nil
  }

  /// Creates a folder and those above it.
  static func makeFolders(_ path: String, mode: mode_t) throws {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw failure("create the folder", path)
    }
    try makeFolders(String(path[..<slash]), mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("create the folder", path) }
  }

  static func rename(_ old: String, _ new: String) throws {
    guard Glibc.rename(old, new) == 0 else { throw failure("rename to", new) }
  }

  /// Removes a file; a missing one is fine.
  static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw failure("remove", path) }
  }

  /// Names in a folder, sorted; nil if there is no such folder.
  static func names(in path: String) throws -> [(name: String, isFolder: Bool)]? {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("list", path)
    }
    defer { closedir(folder) }
    var names: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      if entry.pointee.d_type == UInt8(DT_UNKNOWN) || entry.pointee.d_type == UInt8(DT_LNK) {
        var info = stat()
        isFolder = stat(path + "/" + name, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
      }
      names.append((name, isFolder))
    }
    return names.sorted { $0.name < $1.name }
  }

  static func size(_ path: String) throws -> Int {
    var info = stat()
    guard stat(path, &info) == 0 else { throw failure("read", path) }
    return Int(info.st_size)
  }

  /// Removes a folder and all below it; a missing one is fine.
  static func removeTree(_ path: String) throws {
    guard let names = try names(in: path) else { return try remove(path) }
    for (name, isFolder) in names {
      if isFolder { try removeTree(path + "/" + name) } else { try remove(path + "/" + name) }
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
  }

  /// The error of the call that has just failed.
  static func failure(_ operation: String, _ path: String) -> StorageFailure {
    let code = errno
    let cannotCreate: Set<Int32> = [EACCES, EROFS, EPERM, ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, EEXIST]
    let creates = operation != "read" && operation != "list"
    return StorageFailure(
      path: path, operation: operation, code: code,
      recovery: creates && cannotCreate.contains(code) ? .mendOutput : .checkStorage)
  }

  private static func retrying(_ operation: String, _ path: String, _ call: () -> Int32) throws -> Int32 {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw failure(operation, path) }
    }
  }
}

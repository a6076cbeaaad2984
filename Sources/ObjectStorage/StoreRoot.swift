public import Diagnostics
public import Staging

/// One root of the output, open for reading and, once it is locked, for writing.
public struct StoreRoot: Sendable {
  public let address: StoreAddress
  public let store: any Store
  private let takeLock: @Sendable () async throws -> any OutputLock
  private let takePartitions: @Sendable ([String]) async throws -> any OutputLock
  private let takeTurn: @Sendable (String) async throws -> any OutputLock
  private let probe: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - fileMode: permission bits of what is written to a directory.
  ///   - environment: where credentials and defaults are looked for.
  ///   - version: the program's, for `User-Agent`.
  ///   - report: told of retries and of a lock that keeps nobody out.
  /// - Throws: ``StoreAddressError``; ``StorageFailure``, ``CorruptFile`` for credential files that cannot be read.
  public init(
    _ address: StoreAddress, _ settings: ObjectStorageSettings, fileMode: FileMode = .standard,
    environment: [String: String], version: String,
    report: @escaping @Sendable (Diagnostic) -> Void = { _ in }
  ) throws {
    self.address = address
    let bucket: any Bucket
    let prefix: String
    // One thread more than requests: the lock is renewed while all others are busy.
    let transport = CurlPool(width: settings.requestsInFlight + 1, userAgent: "unblended/\(version)")
    switch address {
    case .directory(let path):
      store = DirectoryStore(root: path, fileMode: fileMode.bits)
      takeLock = { try RunLock(output: path, fileMode: fileMode) }
      takeTurn = { try PartitionLock(output: path, name: $0, fileMode: fileMode) }
      takePartitions = { names in
        var locks: [any OutputLock] = [try RunLock(output: path, fileMode: fileMode, isShared: true)]
        do {
          for name in names { locks.append(try PartitionLock(output: path, name: name, fileMode: fileMode)) }
        } catch {
          await OutputLocks(locks).release()
          throw error
        }
        return OutputLocks(locks)
      }
      probe = {}
      return
    case .s3(let name, let inside):
      bucket = S3Bucket(
        bucket: name, client: try S3Client(settings.s3, environment: environment, transport: transport))
      prefix = inside
    case .gcs(let name, let inside):
      bucket = try GCSBucket(name, settings.gcs, environment: environment, transport: transport)
      prefix = inside
    }
    let leaseGuard = LeaseGuard()
    let retries = Retries(budget: .seconds(settings.retryBudgetSeconds)) { error, pause in
      report(Diagnostic(kind: "store_request_repeated", message: "\(error); it is made again"))
    }
    let limited = InterceptedBucket(bucket, RequestLimit(settings.requestsInFlight))
    let opened = ObjectStore(
      InterceptedBucket(InterceptedBucket(limited, leaseGuard), retries), prefix: prefix,
      partBytes: settings.partBytes)
    store = opened
    let lockBucket = InterceptedBucket(bucket, retries)
    let locks = PartitionLeases(
      bucket: lockBucket, prefix: prefix.isEmpty ? "" : prefix + "/", seconds: settings.lockSeconds)
    let onUnenforced: @Sendable () -> Void = {
      report(
        Diagnostic(
          kind: "lock_not_enforced",
          message: "\(bucket.name) ignores conditional writes: nothing keeps two runs apart"))
    }
    takeLock = {
      let lease = try await locks.takeWhole(onUnenforced: onUnenforced)
      leaseGuard.depend(on: [lease])
      return lease
    }
    takePartitions = { names in
      let leases = try await locks.share(names, onUnenforced: onUnenforced)
      leaseGuard.depend(on: leases)
      return OutputLocks(leases)
    }
    takeTurn = { try await locks.lease($0, onUnenforced: onUnenforced) }
    probe = { try await Self.probe(lockBucket, prefix: prefix) }
  }

  /// Locks the root for this run.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run holds it.
  public func lock() async throws -> any OutputLock { try await takeLock() }

  /// Locks partitions of the root, for a run that shares it with runs over others.
  /// - Parameter names: each once, always in the same order.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run holds one of them, or the root.
  public func lock(partitions names: [String]) async throws -> any OutputLock {
    try await takePartitions(names)
  }

  /// Takes the turn to write what runs over different partitions share, while this run holds its own.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run has it.
  public func turn(_ name: String) async throws -> any OutputLock { try await takeTurn(name) }

  /// Checks that a bucket can be listed, and with a write that cannot take place, that it may be written to.
  /// - Throws: ``BucketError``, ``CredentialError``.
  public func check() async throws { try await probe() }

  private static func probe(_ bucket: any Bucket, prefix: String) async throws {
    let key = (prefix.isEmpty ? "" : prefix + "/") + ".writable"
    _ = try await bucket.list(prefix: key)
    do {
      _ = try await bucket.put(key, [], .ifUnchanged(bucket.unusedTag))
      // A store that ignores conditions has written it.
      try await bucket.delete(key)
    } catch let error as BucketError where error.kind == .conditionFailed {}
  }
}

/// A root that cannot be opened as it is configured.
public struct StoreAddressError: RecoverableError, Hashable {
  public let text: String
  public let reason: String
  public var recovery: Recovery { .mendConfiguration }
  public var description: String { "\(text): \(reason)" }
}

import Diagnostics
import Staging
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct ObjectLeaseTests {
  private static let key = "p/.lock"

  private func take(_ bucket: any Bucket, seconds: Int = 60) async throws -> ObjectLease {
    try await ObjectLease.acquire(bucket, key: Self.key, seconds: seconds)
  }

  @Test func keepsTheSecondRunOutUntilTheFirstLetsGo() async throws {
    let bucket = MemoryBucket()
    let first = try await take(bucket)
    let error = await #expect(throws: OutputLeased.self) { try await take(bucket) }
    #expect(error?.recovery == .retryLater && error?.fallsFreeIn == 60)
    try first.check()
    await first.release()
    let second = try await take(bucket)
    #expect(throws: OutputLeaseLost.self) { try first.check() }
    try second.check()
  }

  @Test func fallsFreeWhenItsHolderIsDead() async throws {
    let bucket = MemoryBucket()
    var dead: ObjectLease? = try await take(bucket)
    try dead?.check()
    dead = nil
    bucket.state.withLock { $0.now += 60 }
    await #expect(throws: OutputLeased.self) { try await take(bucket) }
    bucket.state.withLock { $0.now += 1 }
    let next = try await take(bucket)
    try next.check()
  }

  @Test func isRenewedWhileItIsHeld() async throws {
    let bucket = MemoryBucket()
    let lease = try await take(bucket, seconds: 1)
    let before = try #require(try await bucket.head(Self.key)).tag
    try await Task.sleep(for: .milliseconds(1500))
    try lease.check()
    #expect(try #require(try await bucket.head(Self.key)).tag != before)
    await lease.release()
  }

  /// A process that was stopped for longer than its lock holds must not write when it goes on.
  @Test func isLostWhenAnotherHasTakenIt() async throws {
    let bucket = MemoryBucket()
    let first = try await take(bucket, seconds: 1)
    bucket.state.withLock { $0.now += 10 }
    let second = try await take(bucket, seconds: 1)
    try await Task.sleep(for: .milliseconds(600))
    #expect(throws: OutputLeaseLost.self) { try first.check() }
    try second.check()
    await first.release()
    await #expect(throws: OutputLeased.self) { try await take(bucket) }
  }

  @Test func nothingIsChangedWithoutIt() async throws {
    let bucket = MemoryBucket()
    let guarded = LeaseGuard()
    let store = ObjectStore(InterceptedBucket(bucket, guarded), prefix: "p")
    try await store.write("a", [1])
    let lease = try await take(bucket, seconds: 1)
    guarded.depend(on: [lease])
    try await store.write("a", [2])
    bucket.state.withLock { $0.now += 10 }
    let other = try await take(bucket)
    try await Task.sleep(for: .milliseconds(900))
    await #expect(throws: OutputLeaseLost.self) { try await store.write("a", [3]) }
    await #expect(throws: OutputLeaseLost.self) { try await store.remove("a") }
    #expect(try await store.read("a") == [2])
    await other.release()
  }

  /// The answer to a write that went through is lost: the second attempt fails on its own first one.
  @Test func knowsItsOwnWriteAgain() async throws {
    let bucket = MemoryBucket()
    let lossy = InterceptedBucket(bucket, Lossy())
    let lease = try await take(InterceptedBucket(lossy, Retries(budget: .seconds(5))))
    try lease.check()
    await lease.release()
  }

  private final class Lossy: BucketInterceptor {
    private let isLost = Mutex(true)
    func perform<Value: Sendable>(
      changes: Bool, _ operation: @Sendable () async throws -> Value
    ) async throws -> Value {
      let value = try await operation()
      let loses =
        changes
        && isLost.withLock { lost in
          defer { lost = false }
          return lost
        }
      if loses { throw BucketError(.unavailable, bucket: "b", operation: "write", message: "lost") }
      return value
    }
  }

  @Test func tellsOfAStoreThatIgnoresConditions() async throws {
    struct Careless: Bucket {
      let base: MemoryBucket
      var name: String { base.name }
      var unusedTag: ObjectTag { base.unusedTag }
      func list(prefix: String) async throws -> [BucketObject] { try await base.list(prefix: prefix) }
      func head(_ key: String) async throws -> ObjectHead? { try await base.head(key) }
      func get(_ key: String) async throws -> FetchedObject? { try await base.get(key) }
      func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag {
        try await base.put(key, bytes, .none)
      }
      func copy(_ source: String, to target: String) async throws -> Bool { false }
      func delete(_ key: String) async throws {}
      func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID { UploadID(text: "") }
      func uploadPart(
        _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
      ) async throws -> UploadedPart { UploadedPart(number: 0, tag: unusedTag, md5: []) }
      func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws {}
      func abortUpload(_ key: String, _ upload: UploadID) async throws {}
      func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload] { [] }
    }
    let told = Atomic(0)
    let lease = try await ObjectLease.acquire(Careless(base: MemoryBucket()), key: Self.key, seconds: 60) {
      told.add(1, ordering: .relaxed)
    }
    #expect(told.load(ordering: .relaxed) == 1)
    await lease.release()
    let proper = try await ObjectLease.acquire(MemoryBucket(), key: Self.key, seconds: 60) {
      told.add(1, ordering: .relaxed)
    }
    #expect(told.load(ordering: .relaxed) == 1)
    await proper.release()
  }

  @Test(arguments: StoreKind.available.filter { [.bucket, .s3, .gcs].contains($0) })
  func onlyOneOfManyGetsIt(kind: StoreKind) async throws {
    let (bucket, prefix) = try Rig.bucket(kind)
    let key = prefix + "/.lock"
    let held = await withTaskGroup(of: ObjectLease?.self) { group in
      for _ in 0..<12 {
        group.addTask { try? await ObjectLease.acquire(bucket, key: key, seconds: 60) }
      }
      var held: [ObjectLease] = []
      for await lease in group { if let lease { held.append(lease) } }
      return held
    }
    #expect(held.count == 1)
    for lease in held { await lease.release() }
    let next = try await ObjectLease.acquire(bucket, key: key, seconds: 60)
    try next.check()
    await next.release()
  }

  @Test(arguments: StoreKind.available.filter { [.s3, .gcs].contains($0) })
  func isTakenOverByTheServersClock(kind: StoreKind) async throws {
    let (bucket, prefix) = try Rig.bucket(kind)
    let key = prefix + "/.lock"
    var dead: ObjectLease? = try await ObjectLease.acquire(bucket, key: key, seconds: 2)
    try dead?.check()
    dead = nil
    await #expect(throws: OutputLeased.self) { try await ObjectLease.acquire(bucket, key: key, seconds: 2) }
    try await Task.sleep(for: .milliseconds(3500))
    let next = try await ObjectLease.acquire(bucket, key: key, seconds: 2)
    try next.check()
    await next.release()
  }
}

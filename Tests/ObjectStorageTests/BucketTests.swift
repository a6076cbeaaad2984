import Staging
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// A bucket whose operations fail as they are told to, before or after they went through.
private final class FailingBucket: BucketInterceptor {
  enum Failure: Sendable {
    case before(BucketError.Kind)
    case after(BucketError.Kind)
  }
  private let plan: Mutex<[Failure?]>
  let attempts = Atomic<Int>(0)

  init(_ plan: [Failure?]) { self.plan = Mutex(plan) }

  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value {
    attempts.add(1, ordering: .relaxed)
    let next = plan.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    func error(_ kind: BucketError.Kind) -> BucketError {
      BucketError(kind, bucket: "memory://bucket", operation: "test", message: "told to")
    }
    switch next {
    case .before(let kind): throw error(kind)
    case .after(let kind):
      _ = try await operation()
      throw error(kind)
    case nil: return try await operation()
    }
  }
}

@Suite struct RetriesTests {
  private func retries(_ seconds: Int = 10) -> Retries {
    var retries = Retries(budget: .seconds(seconds))
    retries.firstPause = .milliseconds(1)
    return retries
  }

  @Test func repeatsWhatMayPass() async throws {
    let bucket = MemoryBucket()
    let failing = FailingBucket([.before(.unavailable), .before(.damaged), .after(.unavailable)])
    let store = ObjectStore(
      InterceptedBucket(InterceptedBucket(bucket, failing), retries()), prefix: "", partBytes: 100)
    try await store.write("a/b", [1, 2, 3])
    #expect(try await store.read("a/b") == [1, 2, 3])
    #expect(failing.attempts.load(ordering: .relaxed) == 5)
  }

  @Test(arguments: [BucketError.Kind.forbidden, .noBucket, .configuration, .conditionFailed, .refused])
  func repeatsNothingThatStays(kind: BucketError.Kind) async throws {
    let failing = FailingBucket([.before(kind), nil])
    let bucket = InterceptedBucket(InterceptedBucket(MemoryBucket(), failing), retries())
    await #expect(throws: BucketError.self) { try await bucket.get("a") }
    #expect(failing.attempts.load(ordering: .relaxed) == 1)
  }

  @Test func endsWithTheBudgetAndSaysHowOftenItTried() async throws {
    let failing = FailingBucket(Array(repeating: .before(.unavailable), count: 1000))
    var retries = Retries(budget: .milliseconds(50))
    retries.firstPause = .milliseconds(4)
    let bucket = InterceptedBucket(InterceptedBucket(MemoryBucket(), failing), retries)
    let error = await #expect(throws: BucketError.self) { try await bucket.get("a") }
    let attempts = failing.attempts.load(ordering: .relaxed)
    #expect(attempts > 2 && attempts < 100)
    #expect(error?.attempts == attempts && error?.recovery == .serviceDown)
  }
}

@Suite struct RequestLimitTests {
  private final class Gauge: BucketInterceptor {
    let running = Atomic<Int>(0)
    let peak = Atomic<Int>(0)
    func perform<Value: Sendable>(
      changes: Bool, _ operation: @Sendable () async throws -> Value
    ) async throws -> Value {
      let now = running.add(1, ordering: .relaxed).newValue
      peak.max(now, ordering: .relaxed)
      try await Task.sleep(for: .milliseconds(2))
      defer { running.subtract(1, ordering: .relaxed) }
      return try await operation()
    }
  }

  @Test func letsOnlySoManyRunAtOnce() async throws {
    let gauge = Gauge()
    let bucket = InterceptedBucket(InterceptedBucket(MemoryBucket(), gauge), RequestLimit(3))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<60 { group.addTask { _ = try await bucket.put("k\(index)", [1], .none) } }
      try await group.waitForAll()
    }
    #expect(gauge.peak.load(ordering: .relaxed) == 3)
    #expect(try await bucket.list(prefix: "k").count == 60)
  }
}

@Suite struct ObjectStoreTests {
  struct Interrupted: Error {}

  /// Everything that is sent, by the kind of request.
  private final class Recorder: BucketInterceptor {
    let changes = Atomic<Int>(0)
    func perform<Value: Sendable>(
      changes: Bool, _ operation: @Sendable () async throws -> Value
    ) async throws -> Value {
      if changes { self.changes.add(1, ordering: .relaxed) }
      return try await operation()
    }
  }

  @Test(arguments: [0, 1, 999, 1000, 1001, 2000, 2001, 10_500])
  func sendsLargeObjectsInParts(size: Int) async throws {
    let bucket = MemoryBucket()
    let recorder = Recorder()
    let store = ObjectStore(InterceptedBucket(bucket, recorder), prefix: "p", partBytes: 1000)
    var random = RepeatableGenerator(seed: UInt64(size))
    let bytes = random.bytes(size)
    try await store.write("a") { sink in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 0...700, using: &random))
        try await sink.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
    }
    #expect(try await store.read("a") == bytes)
    let parts = (size + 999) / 1000
    // One put, or a begin, the parts and an end.
    #expect(recorder.changes.load(ordering: .relaxed) == (size <= 1000 ? 1 : parts + 2))
  }

  @Test func abortsTheUploadThatFails() async throws {
    let bucket = MemoryBucket()
    let store = ObjectStore(bucket, prefix: "p", partBytes: 10)
    await #expect(throws: Interrupted.self) {
      try await store.write("a") { sink in
        try await sink.append([UInt8](repeating: 1, count: 35))
        #expect(try await bucket.unfinishedUploads(prefix: "p/").count == 1)
        throw Interrupted()
      }
    }
    #expect(try await bucket.unfinishedUploads(prefix: "").isEmpty)
    #expect(try await store.read("a") == nil)
  }

  @Test func abortsTheUploadOfATaskThatIsCancelled() async throws {
    let bucket = MemoryBucket()
    let store = ObjectStore(InterceptedBucket(bucket, RequestLimit(4)), prefix: "p", partBytes: 10)
    let writing = Task {
      try await store.write("a") { sink in
        try await sink.append([UInt8](repeating: 1, count: 35))
        try await Task.sleep(for: .seconds(60))
      }
    }
    while try await bucket.unfinishedUploads(prefix: "").isEmpty {
      try await Task.sleep(for: .milliseconds(1))
    }
    writing.cancel()
    await #expect(throws: CancellationError.self) { try await writing.value }
    try await store.removeScratch()
    #expect(try await bucket.unfinishedUploads(prefix: "").isEmpty)
  }

  @Test func removesTheUploadsOfKilledRunsAndNoOthers() async throws {
    let bucket = MemoryBucket()
    for key in ["p/a", "p/b/c", "other/a"] { _ = try await bucket.beginUpload(key, partBytes: 10) }
    try await ObjectStore(bucket, prefix: "p").removeScratch()
    #expect(try await bucket.unfinishedUploads(prefix: "").map(\.key) == ["other/a"])
  }

  /// Killed before any of its requests, a replacement leaves every object of the old tree or every one of the new,
  /// and the same call ends it.
  @Test func aReplacementThatIsKilledNeverMissesAnObject() async throws {
    let old = ["data/1", "data/2", "data/3"]
    let entries = [
      TreeEntry(name: "1", source: "data/1"), TreeEntry(name: "4", source: "building/4"),
      TreeEntry(name: "5", source: "building/5"),
    ]
    var isComplete = false
    var kill = 0
    while !isComplete {
      let bucket = MemoryBucket()
      let plain = ObjectStore(bucket, prefix: "p")
      for key in old + ["building/4", "building/5"] { try await plain.write(key, Array(key.utf8)) }
      let committed = Atomic(false)
      let failing = FailingBucket(
        Array(repeating: nil, count: kill) + Array(repeating: .before(.refused), count: 99))
      let store = ObjectStore(InterceptedBucket(bucket, failing), prefix: "p")
      do {
        try await store.replace("data", with: entries) { committed.store(true, ordering: .relaxed) }
        isComplete = true
      } catch is BucketError {}
      let keys = Set(try await plain.list("data").map(\.key))
      if committed.load(ordering: .relaxed) {
        #expect(keys.isSuperset(of: ["data/1", "data/4", "data/5"]), "killed before request \(kill)")
      } else {
        #expect(keys.isSuperset(of: old), "killed before request \(kill)")
      }
      try await plain.replace("data", with: entries)
      #expect(try await plain.list("data").map(\.key) == ["data/1", "data/4", "data/5"])
      kill += 1
    }
    #expect(kill > 6)
  }

  @Test func refusesATreeThatOverwritesItsOwnSources() async throws {
    let store = ObjectStore(MemoryBucket(), prefix: "")
    for key in ["data/1", "data/2"] { try await store.write(key, Array(key.utf8)) }
    await #expect(throws: CorruptFile.self) {
      try await store.replace(
        "data", with: [TreeEntry(name: "1", source: "data/2"), TreeEntry(name: "2", source: "data/1")])
    }
    #expect(try await store.read("data/1") == Array("data/1".utf8))
  }

  @Test func showsNoFolderMarkers() async throws {
    let bucket = MemoryBucket()
    for key in ["p/a/", "p/a/b/", "p/a/b/c"] { _ = try await bucket.put(key, [], .none) }
    #expect(try await ObjectStore(bucket, prefix: "p").list("a").map(\.key) == ["a/b/c"])
  }
}

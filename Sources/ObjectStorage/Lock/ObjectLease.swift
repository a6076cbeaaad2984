public import Diagnostics
public import Staging
internal import Synchronization

/// Keeps two runs from writing to one output in a bucket.
///
/// A lock in an object that is written on conditions only: it is created if it is not there, and taken over if it
/// is still the one that was seen, is let go, or was not renewed for as long as it says. Its holder renews it
/// while the run goes on, so that the lock of a dead process falls free by itself. Ages are told by the server's
/// clock alone. A holder that could not renew it in time stops writing before anybody else may begin.
public final class ObjectLease: OutputLock {
  private struct State {
    var tag: ObjectTag
    /// Until when nobody else can have taken it, with a margin for what is under way.
    var validUntil: ContinuousClock.Instant
    var isLost = false
    var renewal: Task<Void, Never>?
  }
  private let bucket: any Bucket
  private let key: String
  private let record: LeaseRecord
  /// Whether the object goes with the lock; else it stays and says that nobody holds it.
  private let leavesNothing: Bool
  private let state: Mutex<State>

  private init(
    _ bucket: any Bucket, key: String, record: LeaseRecord, leavesNothing: Bool, tag: ObjectTag,
    since: ContinuousClock.Instant
  ) {
    self.leavesNothing = leavesNothing
    self.bucket = bucket
    self.key = key
    self.record = record
    state = Mutex(State(tag: tag, validUntil: Self.end(of: record, since: since)))
  }

  deinit { state.withLock { $0.renewal?.cancel() } }

  private static func end(of record: LeaseRecord, since: ContinuousClock.Instant) -> ContinuousClock.Instant {
    since + .milliseconds(record.seconds * 750)
  }

  /// Takes the lock and begins to renew it.
  /// - Parameters:
  ///   - seconds: how long it holds after it was last renewed.
  ///   - leavesNothing: whether the object is removed when the lock is let go: there are many of its kind.
  ///   - onUnenforced: told if the store ignores conditions, so that the lock keeps nobody out.
  /// - Throws: ``OutputLeased`` at once if another run holds it; ``BucketError``.
  static func acquire(
    _ bucket: any Bucket, key: String, seconds: Int, leavesNothing: Bool = false,
    onUnenforced: @Sendable () -> Void = {}
  ) async throws -> ObjectLease {
    let record = LeaseRecord(seconds: max(1, seconds))
    let bytes = try record.encoded()
    // Each round either ends or has seen somebody else's write; many in a row are a busy lock.
    for _ in 0..<5 {
      let since = ContinuousClock.now
      let present = try await bucket.get(key)
      if let present, try isHeld(present, by: record, in: "\(bucket.name)/\(key)") {
        // An attempt before went through, and its answer was lost.
        return try await begin(bucket, key, record, leavesNothing, present.tag, since, onUnenforced)
      }
      do {
        let condition = present.map { WriteCondition.ifUnchanged($0.tag) } ?? .ifAbsent
        let tag = try await bucket.put(key, bytes, condition)
        return try await begin(bucket, key, record, leavesNothing, tag, since, onUnenforced)
      } catch let error as BucketError where error.kind == .conditionFailed { continue }
    }
    throw OutputLeased(path: "\(bucket.name)/\(key)", holder: "several runs at once", fallsFreeIn: nil)
  }

  /// Looks whether another run holds a lock.
  /// - Throws: ``OutputLeased`` if so; ``BucketError``.
  static func checkIsFree(_ bucket: any Bucket, key: String, seconds: Int) async throws {
    guard let present = try await bucket.get(key) else { return }
    _ = try isHeld(present, by: LeaseRecord(seconds: seconds), in: "\(bucket.name)/\(key)")
  }

  /// Whether the lock is this run's.
  /// - Throws: ``OutputLeased`` if it is another's and still holds.
  private static func isHeld(_ present: FetchedObject, by record: LeaseRecord, in path: String) throws -> Bool
  {
    // What is no lock of ours was put there by hand; it holds for as long as one of ours would.
    let found = LeaseRecord(present.bytes)
    if let found, found.holder == nil { return false }
    if found?.holder == record.holder { return true }
    let seconds = found?.seconds ?? record.seconds
    let left = present.age.map { seconds - $0 } ?? seconds
    guard left >= 0 else { return false }
    throw OutputLeased(
      path: path, holder: found.map { "process \($0.process) on \($0.host)" } ?? "unknown", fallsFreeIn: left)
  }

  private static func begin(
    _ bucket: any Bucket, _ key: String, _ record: LeaseRecord, _ leavesNothing: Bool, _ tag: ObjectTag,
    _ since: ContinuousClock.Instant, _ onUnenforced: @Sendable () -> Void
  ) async throws -> ObjectLease {
    var tag = tag
    // A store that takes a write on a condition that cannot hold takes all of them.
    do {
      tag = try await bucket.put(key, record.encoded(), .ifUnchanged(bucket.unusedTag))
      onUnenforced()
    } catch let error as BucketError where error.kind == .conditionFailed {}
    let lease = ObjectLease(
      bucket, key: key, record: record, leavesNothing: leavesNothing, tag: tag, since: since)
    lease.keepRenewing()
    return lease
  }

  private func keepRenewing() {
    let pause = Duration.milliseconds(record.seconds * 250)
    let renewal = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: pause)
        guard !Task.isCancelled, let self, await self.renew() else { return }
      }
    }
    state.withLock { $0.renewal = renewal }
  }

  /// - Returns: whether the lock is still held.
  private func renew() async -> Bool {
    let since = ContinuousClock.now
    let tag = state.withLock { $0.tag }
    do {
      let renewed = try await bucket.put(key, record.encoded(), .ifUnchanged(tag))
      extend(renewed, since)
    } catch let error as BucketError where error.kind == .conditionFailed {
      // Either an attempt went through whose answer was lost, or the lock is another's.
      guard let present = try? await bucket.get(key) else { return true }
      guard LeaseRecord(present.bytes)?.holder == record.holder else {
        state.withLock { $0.isLost = true }
        return false
      }
      extend(present.tag, since)
    } catch {
      // It holds until its time is over; the next round may renew it.
    }
    return true
  }

  private func extend(_ tag: ObjectTag, _ since: ContinuousClock.Instant) {
    state.withLock { state in
      state.tag = tag
      state.validUntil = Self.end(of: record, since: since)
    }
  }

  /// - Throws: ``OutputLeaseLost`` once another run may hold the output.
  func check() throws {
    let isValid = state.withLock { !$0.isLost && ContinuousClock.now < $0.validUntil }
    if !isValid { throw OutputLeaseLost(path: "\(bucket.name)/\(key)") }
  }

  public func release() async {
    let renewal = state.withLock { state in
      defer { state.renewal = nil }
      return state.renewal
    }
    renewal?.cancel()
    await renewal?.value
    if leavesNothing {
      // Within its time nobody else can have taken it.
      if (try? check()) != nil { try? await bucket.delete(key) }
      return state.withLock { $0.isLost = true }
    }
    let (tag, isLost) = state.withLock { ($0.tag, $0.isLost) }
    guard !isLost, let bytes = try? record.released.encoded() else { return }
    // If this fails, the lock falls free by itself.
    _ = try? await bucket.put(key, bytes, .ifUnchanged(tag))
    state.withLock { $0.isLost = true }
  }
}

/// Another run holds an output in a bucket.
public struct OutputLeased: RecoverableError, Hashable {
  public let path: String
  public let holder: String
  /// Seconds until it falls free if its holder is dead.
  public let fallsFreeIn: Int?

  public var recovery: Recovery { .retryLater }
  public var description: String {
    let rest = fallsFreeIn.map { "; if that run is dead, it falls free in \($0) seconds" } ?? ""
    return "another run is writing to this output (\(path) is held by \(holder)); try again when it has ended"
      + rest
  }
}

/// The lock could not be renewed in time: another run may have begun.
public struct OutputLeaseLost: RecoverableError, Hashable {
  public let path: String
  public var recovery: Recovery { .retryLater }
  public var description: String {
    "the lock \(path) could not be renewed in time, and another run may hold it; nothing more is written. "
      + "Run again"
  }
}

internal import Staging
internal import Synchronization

/// A bucket in memory, with the conditions and uploads of the real ones, for tests.
final class MemoryBucket: Bucket {
  struct Entry: Sendable {
    var bytes: [UInt8]
    var tag: ObjectTag
    var sha256: String?
    var written: Int
  }
  struct State: Sendable {
    var objects: [String: Entry] = [:]
    var uploads: [UploadID: (key: String, parts: [Int: [UInt8]])] = [:]
    var count = 0
    /// Seconds on the bucket's clock.
    var now = 1_000_000
  }
  let state = Mutex(State())
  let name: String
  let unusedTag = ObjectTag(text: "none")

  init(name: String = "memory://bucket") { self.name = name }

  func list(prefix: String) async throws -> [BucketObject] {
    state.withLock { state in
      state.objects.filter { $0.key.hasPrefix(prefix) }
        .map { BucketObject(key: $0.key, bytes: $0.value.bytes.count) }
    }
  }

  func head(_ key: String) async throws -> ObjectHead? {
    state.withLock { state in
      state.objects[key].map { ObjectHead(bytes: $0.bytes.count, tag: $0.tag, sha256: $0.sha256) }
    }
  }

  func get(_ key: String) async throws -> FetchedObject? {
    state.withLock { state in
      state.objects[key].map { FetchedObject(bytes: $0.bytes, tag: $0.tag, age: state.now - $0.written) }
    }
  }

  func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag {
    try state.withLock { state in
      let present = state.objects[key]?.tag
      let holds =
        switch condition {
        case .none: true
        case .ifAbsent: present == nil
        case .ifUnchanged(let tag): present == tag
        }
      guard holds else {
        throw BucketError(
          .conditionFailed, bucket: name, operation: "put", key: key, message: "the condition does not hold")
      }
      return Self.store(bytes, key, sha256: Digest(of: bytes).hex, &state)
    }
  }

  func copy(_ source: String, to target: String) async throws -> Bool {
    state.withLock { state in
      guard let entry = state.objects[source] else { return false }
      _ = Self.store(entry.bytes, target, sha256: entry.sha256, &state)
      return true
    }
  }

  func delete(_ key: String) async throws {
    state.withLock { $0.objects[key] = nil }
  }

  func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID {
    state.withLock { state in
      state.count += 1
      let upload = UploadID(text: "upload-\(state.count)")
      state.uploads[upload] = (key, [:])
      return upload
    }
  }

  func uploadPart(
    _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
  ) async throws -> UploadedPart {
    state.withLock { $0.uploads[upload]?.parts[number] = bytes }
    let md5 = Hashes.md5(bytes)
    return UploadedPart(number: number, tag: ObjectTag(text: Hashes.hex(md5)), md5: md5)
  }

  func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws {
    try state.withLock { state in
      guard let sent = state.uploads.removeValue(forKey: upload) else {
        throw BucketError(
          .refused, bucket: name, operation: "complete the upload of", key: key, message: "no such upload")
      }
      let bytes = parts.sorted { $0.number < $1.number }.flatMap { sent.parts[$0.number] ?? [] }
      _ = Self.store(bytes, key, sha256: nil, &state)
    }
  }

  func abortUpload(_ key: String, _ upload: UploadID) async throws {
    state.withLock { $0.uploads[upload] = nil }
  }

  func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload] {
    state.withLock { state in
      state.uploads.filter { $0.value.key.hasPrefix(prefix) }
        .map { UnfinishedUpload(key: $0.value.key, upload: $0.key) }
    }
  }

  private static func store(
    _ bytes: [UInt8], _ key: String, sha256: String?, _ state: inout State
  ) -> ObjectTag {
    state.count += 1
    let tag = ObjectTag(text: "tag-\(state.count)")
    state.objects[key] = Entry(bytes: bytes, tag: tag, sha256: sha256, written: state.now)
    return tag
  }
}

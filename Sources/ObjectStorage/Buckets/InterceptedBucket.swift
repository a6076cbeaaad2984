/// Stands around every operation of a bucket: repeats it, limits how many run at once, or refuses it.
protocol BucketInterceptor: Sendable {
  /// - Parameter changes: whether the operation changes the bucket.
  func perform<Value: Sendable>(
    changes: Bool, _ operation: @Sendable () async throws -> Value
  ) async throws -> Value
}

/// A bucket all of whose operations go through an interceptor.
struct InterceptedBucket<Interceptor: BucketInterceptor>: Bucket {
  let base: any Bucket
  let interceptor: Interceptor

  init(_ base: any Bucket, _ interceptor: Interceptor) {
    self.base = base
    self.interceptor = interceptor
  }

  var name: String { base.name }
  var unusedTag: ObjectTag { base.unusedTag }

  func list(prefix: String) async throws -> [BucketObject] {
    try await interceptor.perform(changes: false) { try await base.list(prefix: prefix) }
  }

  func head(_ key: String) async throws -> ObjectHead? {
    try await interceptor.perform(changes: false) { try await base.head(key) }
  }

  func get(_ key: String) async throws -> FetchedObject? {
    try await interceptor.perform(changes: false) { try await base.get(key) }
  }

  func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag {
    try await interceptor.perform(changes: true) { try await base.put(key, bytes, condition) }
  }

  func copy(_ source: String, to target: String) async throws -> Bool {
    try await interceptor.perform(changes: true) { try await base.copy(source, to: target) }
  }

  func delete(_ key: String) async throws {
    try await interceptor.perform(changes: true) { try await base.delete(key) }
  }

  func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID {
    try await interceptor.perform(changes: true) { try await base.beginUpload(key, partBytes: partBytes) }
  }

  func uploadPart(
    _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
  ) async throws -> UploadedPart {
    try await interceptor.perform(changes: true) {
      try await base.uploadPart(bytes, of: key, upload, number: number, offset: offset, isLast: isLast)
    }
  }

  func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws {
    try await interceptor.perform(changes: true) { try await base.completeUpload(key, upload, parts) }
  }

  func abortUpload(_ key: String, _ upload: UploadID) async throws {
    try await interceptor.perform(changes: true) { try await base.abortUpload(key, upload) }
  }

  func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload] {
    try await interceptor.perform(changes: false) { try await base.unfinishedUploads(prefix: prefix) }
  }
}

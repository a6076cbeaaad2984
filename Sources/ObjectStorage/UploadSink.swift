internal import Staging

/// Sends one object: at once if it is small, else part by part while it is produced. Used by one writer at a time.
final class UploadSink: ObjectSink {
  private let bucket: any Bucket
  private let key: String
  private let partBytes: Int
  private var buffer: [UInt8] = []
  private var upload: UploadID?
  private var parts: [UploadedPart] = []

  init(_ bucket: any Bucket, key: String, partBytes: Int) {
    self.bucket = bucket
    self.key = key
    self.partBytes = max(1, partBytes)
  }

  func append(_ bytes: [UInt8]) async throws {
    buffer.append(contentsOf: bytes)
    // What fills exactly a part may be the last one and waits.
    while buffer.count > partBytes {
      try await send(Array(buffer.prefix(partBytes)), isLast: false)
      buffer.removeFirst(partBytes)
    }
  }

  /// The object is there when this returns.
  func finish() async throws {
    guard upload != nil else {
      _ = try await bucket.put(key, buffer, .none)
      return
    }
    try await send(buffer, isLast: true)
    if let upload { try await bucket.completeUpload(key, upload, parts) }
    upload = nil
  }

  /// Forgets what was sent, also where the task was cancelled.
  func abort() async {
    guard let upload else { return }
    self.upload = nil
    let (bucket, key) = (bucket, key)
    await Task { try? await bucket.abortUpload(key, upload) }.value
  }

  private func send(_ part: [UInt8], isLast: Bool) async throws {
    let upload: UploadID
    if let begun = self.upload {
      upload = begun
    } else {
      upload = try await bucket.beginUpload(key, partBytes: partBytes)
      self.upload = upload
    }
    parts.append(
      try await bucket.uploadPart(
        part, of: key, upload, number: parts.count + 1, offset: parts.count * partBytes, isLast: isLast))
  }
}

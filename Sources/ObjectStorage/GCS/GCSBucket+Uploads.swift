internal import Staging

/// Objects sent part by part, in resumable uploads. The store forgets those left unfinished after a week by itself
/// and lists none.
extension GCSBucket {
  func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID {
    var request = client.request("POST", "/upload/storage/v1/b/\(bucket)/o", [("uploadType", "resumable")])
    request.query.append(("name", key))
    request.headers.append(("Content-Type", "application/json; charset=UTF-8"))
    request.body = try DeterministicJSON.encode(Metadata(name: key), onOneLine: true)
    let response = try await send(request, "write", key)
    guard let session = response.header("Location") else { throw unreadable("write", key) }
    return UploadID(text: session)
  }

  func uploadPart(
    _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
  ) async throws -> UploadedPart {
    let part = UploadedPart(number: number, tag: ObjectTag(text: ""), md5: Hashes.md5(bytes))
    let end = offset + bytes.count
    let total = isLast ? "\(end)" : "*"
    var sent = 0
    // The store may keep less than it was sent, and then wants the rest.
    while true {
      var request = try session(upload, "PUT")
      request.body = Array(bytes[sent...])
      request.headers.append(("Content-Range", "bytes \(offset + sent)-\(end - 1)/\(total)"))
      let kept: Int
      do {
        kept = try await self.kept(request, upload, key)
      } catch let error as BucketError where error.isRetryable {
        // It may have arrived all the same.
        var question = try session(upload, "PUT")
        question.headers.append(("Content-Range", "bytes */\(total)"))
        guard let known = try? await self.kept(question, upload, key), known > offset + sent else {
          throw error
        }
        kept = known
      }
      if kept >= end { return part }
      guard kept > offset + sent else { throw unreadable("write", key) }
      sent = kept - offset
    }
  }

  func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws {
    // The last part has told the size, which completes the object.
  }

  func abortUpload(_ key: String, _ upload: UploadID) async throws {
    let response = try await client.send(try session(upload, "DELETE"), name, "abort the upload of", key)
    // 499 is Cloud Storage's word for an upload that its client has given up.
    if response.isSuccess || [404, 410, 499].contains(response.status) { return }
    throw client.refusal(response, name, "abort the upload of", key)
  }

  func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload] { [] }

  /// How many bytes the store has of the whole object.
  private func kept(_ request: OutgoingRequest, _ upload: UploadID, _ key: String) async throws -> Int {
    let response = try await client.send(request, name, "write", key)
    if response.isSuccess { return Int.max }
    guard response.status == 308 else { throw client.refusal(response, name, "write", key) }
    guard let range = response.header("Range") else { return 0 }
    guard let last = range.split(separator: "-").last.flatMap({ Int($0) }) else {
      throw unreadable("write", key)
    }
    return last + 1
  }

  /// A request to the address that the store has given the upload, which must be the store's own.
  private func session(_ upload: UploadID, _ method: String) throws -> OutgoingRequest {
    let parts = upload.text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = HTTPAddress(String(parts[0])), address.origin == client.address.origin else {
      throw BucketError(
        .configuration, bucket: name, operation: "write", message: "the upload was sent to another host")
    }
    var request = OutgoingRequest(method: method, address: client.address, path: address.basePath)
    for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      request.query.append(
        (
          PercentEncoding.decode(String(pair[0])) ?? "",
          pair.count > 1 ? PercentEncoding.decode(String(pair[1])) ?? "" : ""
        ))
    }
    return request
  }
}

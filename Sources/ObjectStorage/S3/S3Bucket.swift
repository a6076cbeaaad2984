internal import Staging

/// A bucket of S3, or of anything that speaks its API.
///
/// Every request is signed over its body (SigV4), so that a server that checks signatures refuses what was damaged
/// on its way; puts name an MD5 besides, which servers check that ignore the hash in the signature. What comes is
/// checked against the ETag where that is a digest.
struct S3Bucket: Bucket {
  let bucket: String
  let client: S3Client

  var name: String { "s3://\(bucket)" }
  var unusedTag: ObjectTag { ObjectTag(text: "\"00000000000000000000000000000000\"") }

  func list(prefix: String) async throws -> [BucketObject] {
    var objects: [BucketObject] = []
    var continuation: String?
    repeat {
      var query = [("list-type", "2"), ("prefix", prefix), ("encoding-type", "url")]
      if let continuation { query.append(("continuation-token", continuation)) }
      let request = client.request("GET", bucket, query: query.map { (name: $0.0, value: $0.1) })
      let response = try await send(request, "list", prefix)
      guard let page = XMLElement(response.body), page.name == "ListBucketResult" else {
        throw unreadable("list", prefix)
      }
      let isEncoded = page.text(of: "EncodingType") == "url"
      for entry in page.all("Contents") {
        guard let text = entry.text(of: "Key"), let key = isEncoded ? PercentEncoding.decode(text) : text,
          let bytes = entry.text(of: "Size").flatMap({ Int($0) })
        else { throw unreadable("list", prefix) }
        objects.append(BucketObject(key: key, bytes: bytes))
      }
      continuation = nil
      if page.text(of: "IsTruncated") == "true" {
        guard let next = page.text(of: "NextContinuationToken"), !next.isEmpty else {
          throw unreadable("list", prefix)
        }
        continuation = next
      }
    } while continuation != nil
    return objects
  }

  func head(_ key: String) async throws -> ObjectHead? {
    let response = try await send(client.request("HEAD", bucket, key), "look up", key, missingIsFine: true)
    guard response.isSuccess else { return nil }
    guard let bytes = response.header("Content-Length").flatMap({ Int($0) }), let tag = response.tag else {
      throw unreadable("look up", key)
    }
    return ObjectHead(bytes: bytes, tag: tag, sha256: response.header(S3Header.digest))
  }

  func get(_ key: String) async throws -> FetchedObject? {
    let response = try await send(client.request("GET", bucket, key), "read", key, missingIsFine: true)
    guard response.isSuccess else { return nil }
    guard let tag = response.tag else { throw unreadable("read", key) }
    if let size = response.header("Content-Length"), Int(size) != response.body.count {
      throw damaged("read", key, "\(response.body.count) bytes came of \(size)")
    }
    if let digest = response.header(S3Header.digest), digest != Hashes.hex(Hashes.sha256(response.body)) {
      throw damaged("read", key, "its SHA-256 is not the one it was put with")
    }
    let partBytes = response.header(S3Header.partBytes).flatMap { Int($0) }
    guard S3ETag(tag).matches(response, partBytes: partBytes) else {
      throw damaged("read", key, "its MD5 is not the ETag \(tag.text)")
    }
    return FetchedObject(bytes: response.body, tag: tag, age: response.age)
  }

  func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag {
    var request = client.request("PUT", bucket, key)
    let md5 = Hashes.md5(bytes)
    request.body = bytes
    request.headers += [
      ("Content-Type", "application/octet-stream"), ("Content-MD5", Base64.encode(md5)),
      (S3Header.digest, Hashes.hex(Hashes.sha256(bytes))),
    ]
    request.headers += client.objectHeaders
    switch condition {
    case .none: break
    case .ifAbsent: request.headers.append(("If-None-Match", "*"))
    case .ifUnchanged(let tag): request.headers.append(("If-Match", tag.text))
    }
    let response = try await send(request, "write", key)
    guard let tag = response.tag else { throw unreadable("write", key) }
    guard S3ETag(tag).matches(response, md5: md5) else {
      throw damaged("write", key, "the store has another MD5 than what was sent")
    }
    return tag
  }

  func copy(_ source: String, to target: String) async throws -> Bool {
    var request = client.request("PUT", bucket, target)
    request.headers.append(
      ("x-amz-copy-source", "/" + bucket + "/" + PercentEncoding.encode(source, keepSlash: true)))
    request.headers += client.objectHeaders
    let response = try await send(request, "copy to", target, missingIsFine: true)
    guard response.isSuccess else { return false }
    // A copy that takes long is answered 200 before it is made, and may still fail.
    guard let result = XMLElement(response.body), result.name == "CopyObjectResult" else {
      throw client.error(in: response, bucket, "copy to", target) ?? unreadable("copy to", target)
    }
    return true
  }

  func delete(_ key: String) async throws {
    _ = try await send(client.request("DELETE", bucket, key), "remove", key, missingIsFine: true)
  }

  // MARK: What all operations share

  /// - Parameter missingIsFine: whether a missing object is an answer; a missing bucket never is.
  func send(
    _ request: OutgoingRequest, _ operation: String, _ key: String?, missingIsFine: Bool = false
  ) async throws -> IncomingResponse {
    let response = try await client.send(request, bucket, operation, key)
    if response.isSuccess { return response }
    if missingIsFine, response.status == 404, S3ErrorBody(response).code != "NoSuchBucket" { return response }
    throw await client.refusal(response, bucket, operation, key, isConditional: request.isConditional)
  }

  func unreadable(_ operation: String, _ key: String) -> BucketError {
    BucketError(
      .unavailable, bucket: name, operation: operation, key: key, message: "the answer is none of S3's")
  }

  func damaged(_ operation: String, _ key: String, _ reason: String) -> BucketError {
    BucketError(.damaged, bucket: name, operation: operation, key: key, message: reason)
  }
}

/// Names of headers that more than one operation uses.
enum S3Header {
  /// What an object was put with, in hexadecimal digits.
  static let digest = "x-amz-meta-sha256"
  /// The size of the parts that an object was sent in.
  static let partBytes = "x-amz-meta-part-bytes"
}

extension OutgoingRequest {
  var isConditional: Bool { headers.contains { $0.name == "If-Match" || $0.name == "If-None-Match" } }
}

extension IncomingResponse {
  var tag: ObjectTag? { header("ETag").map { ObjectTag(text: $0) } }

  /// Seconds since the object was written, by the server's clock.
  var age: Int? {
    guard let now = header("Date").flatMap(Timestamps.unixTime(httpDate:)),
      let written = header("Last-Modified").flatMap(Timestamps.unixTime(httpDate:))
    else { return nil }
    return max(0, now - written)
  }
}

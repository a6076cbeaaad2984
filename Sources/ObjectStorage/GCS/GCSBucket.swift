internal import Staging

/// A bucket of Google Cloud Storage, over its JSON API.
///
/// Puts name an MD5 that the server checks; what comes is checked against the MD5 that it tells. Conditions are on
/// generations.
struct GCSBucket: Bucket {
  let bucket: String
  let client: GCSClient

  var name: String { "gs://\(bucket)" }
  var unusedTag: ObjectTag { ObjectTag(text: "1") }

  /// - Throws: ``StoreAddressError``, ``CredentialError``.
  init(
    _ bucket: String, _ settings: GCSSettings, environment: [String: String], transport: any HTTPTransport
  ) throws {
    self.bucket = bucket
    client = try GCSClient(settings, environment: environment, transport: transport)
  }

  /// What the API says of an object, as far as it matters here.
  struct Resource: Decodable {
    let name: String
    let size: String?
    let generation: String?
    let md5Hash: String?
    let updated: String?
    let metadata: [String: String]?
  }

  private struct Page: Decodable {
    let items: [Resource]?
    let nextPageToken: String?
  }

  func list(prefix: String) async throws -> [BucketObject] {
    var objects: [BucketObject] = []
    var token: String?
    repeat {
      var request = client.request("GET", "/storage/v1/b/\(bucket)/o", [("prefix", prefix)])
      if let token { request.query.append(("pageToken", token)) }
      let response = try await send(request, "list", prefix)
      let page: Page = try read(response, "list", prefix)
      objects += (page.items ?? []).map { item in
        BucketObject(key: item.name, bytes: item.size.flatMap { Int($0) } ?? 0)
      }
      token = page.nextPageToken.flatMap { $0.isEmpty ? nil : $0 }
    } while token != nil
    return objects
  }

  func head(_ key: String) async throws -> ObjectHead? {
    guard let (resource, _) = try await resource(key) else { return nil }
    guard let bytes = resource.size.flatMap({ Int($0) }), let generation = resource.generation else {
      throw unreadable("look up", key)
    }
    return ObjectHead(
      bytes: bytes, tag: ObjectTag(text: generation), sha256: resource.metadata?[Self.digest])
  }

  func get(_ key: String) async throws -> FetchedObject? {
    let response = try await send(
      client.request("GET", object(key), [("alt", "media")]), "read", key, missingIsFine: true)
    guard response.isSuccess else { return nil }
    if let md5 = response.md5, md5 != Base64.encode(Hashes.md5(response.body)) {
      throw damaged("read", key, "its MD5 is not the one that the store has of it")
    }
    if let generation = response.header("x-goog-generation"), let age = response.age {
      return FetchedObject(bytes: response.body, tag: ObjectTag(text: generation), age: age)
    }
    guard let (resource, date) = try await resource(key), let generation = resource.generation else {
      return nil
    }
    if let md5 = resource.md5Hash, md5 != Base64.encode(Hashes.md5(response.body)) {
      throw damaged("read", key, "its MD5 is not the one that the store has of it")
    }
    let written = resource.updated.flatMap(Timestamps.unixTime(iso8601:))
    let age = date.flatMap { date in written.map { max(0, date - $0) } }
    return FetchedObject(bytes: response.body, tag: ObjectTag(text: generation), age: age)
  }

  func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag {
    let md5 = Base64.encode(Hashes.md5(bytes))
    let metadata = Metadata(
      name: key, md5Hash: md5, metadata: [Self.digest: Hashes.hex(Hashes.sha256(bytes))])
    let boundary = "part-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
    var request = client.request("POST", "/upload/storage/v1/b/\(bucket)/o", [("uploadType", "multipart")])
    switch condition {
    case .none: break
    case .ifAbsent: request.query.append(("ifGenerationMatch", "0"))
    case .ifUnchanged(let tag): request.query.append(("ifGenerationMatch", tag.text))
    }
    request.headers.append(("Content-Type", "multipart/related; boundary=\(boundary)"))
    request.body =
      Array("--\(boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".utf8)
      + (try DeterministicJSON.encode(metadata, onOneLine: true))
      + Array("\r\n--\(boundary)\r\nContent-Type: application/octet-stream\r\n\r\n".utf8)
    request.body += bytes
    request.body += Array("\r\n--\(boundary)--\r\n".utf8)
    let response = try await send(request, "write", key)
    let written: Resource = try read(response, "write", key)
    guard let generation = written.generation else { throw unreadable("write", key) }
    guard written.md5Hash == nil || written.md5Hash == md5 else {
      throw damaged("write", key, "the store has another MD5 than what was sent")
    }
    return ObjectTag(text: generation)
  }

  func copy(_ source: String, to target: String) async throws -> Bool {
    struct Progress: Decodable {
      let done: Bool
      let rewriteToken: String?
    }
    var token: String?
    while true {
      let path = object(source) + "/rewriteTo/b/\(bucket)/o/\(PercentEncoding.encode(target))"
      var request = client.request("POST", path)
      if let token { request.query.append(("rewriteToken", token)) }
      let response = try await send(request, "copy to", target, missingIsFine: true)
      guard response.isSuccess else { return false }
      let progress: Progress = try read(response, "copy to", target)
      if progress.done { return true }
      guard let next = progress.rewriteToken else { throw unreadable("copy to", target) }
      token = next
    }
  }

  func delete(_ key: String) async throws {
    _ = try await send(client.request("DELETE", object(key)), "remove", key, missingIsFine: true)
  }

  // MARK: What all operations share

  /// The name under which the object's SHA-256 is kept.
  private static let digest = "sha256"

  struct Metadata: Encodable {
    let name: String
    var md5Hash: String?
    var metadata: [String: String]?
  }

  private func object(_ key: String) -> String {
    "/storage/v1/b/\(bucket)/o/\(PercentEncoding.encode(key))"
  }

  /// - Returns: nil if there is no such object; also the server's time.
  private func resource(_ key: String) async throws -> (Resource, now: Int?)? {
    let response = try await send(client.request("GET", object(key)), "look up", key, missingIsFine: true)
    guard response.isSuccess else { return nil }
    return (
      try read(response, "look up", key), response.header("Date").flatMap(Timestamps.unixTime(httpDate:))
    )
  }

  func send(
    _ request: OutgoingRequest, _ operation: String, _ key: String?, missingIsFine: Bool = false
  ) async throws -> IncomingResponse {
    let response = try await client.send(request, name, operation, key)
    if response.isSuccess || (missingIsFine && response.status == 404) { return response }
    throw client.refusal(response, name, operation, key)
  }

  private func read<Value: Decodable>(
    _ response: IncomingResponse, _ operation: String, _ key: String
  ) throws -> Value {
    do { return try DeterministicJSON.decode(Value.self, from: response.body, path: name) } catch {
      throw unreadable(operation, key)
    }
  }

  func unreadable(_ operation: String, _ key: String) -> BucketError {
    BucketError(
      .unavailable, bucket: name, operation: operation, key: key,
      message: "the answer is none of Cloud Storage's")
  }

  private func damaged(_ operation: String, _ key: String, _ reason: String) -> BucketError {
    BucketError(.damaged, bucket: name, operation: operation, key: key, message: reason)
  }
}

extension IncomingResponse {
  /// The MD5 that Cloud Storage tells of an object, in Base64.
  fileprivate var md5: String? {
    for header in headers where header.name.lowercased() == "x-goog-hash" {
      for part in header.value.split(separator: ",") {
        let part = part.drop { $0 == " " }
        if part.hasPrefix("md5=") { return String(part.dropFirst(4)) }
      }
    }
    return nil
  }
}

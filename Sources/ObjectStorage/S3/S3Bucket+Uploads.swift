/// Objects sent part by part.
extension S3Bucket {
  func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID {
    var request = client.request("POST", bucket, key, query: [("uploads", "")])
    request.headers += [
      ("Content-Type", "application/octet-stream"), (S3Header.partBytes, "\(partBytes)"),
    ]
    request.headers += client.objectHeaders
    let response = try await send(request, "write", key)
    guard let upload = XMLElement(response.body)?.text(of: "UploadId"), !upload.isEmpty else {
      throw unreadable("write", key)
    }
    return UploadID(text: upload)
  }

  func uploadPart(
    _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
  ) async throws -> UploadedPart {
    var request = client.request(
      "PUT", bucket, key, query: [("partNumber", "\(number)"), ("uploadId", upload.text)])
    let md5 = Hashes.md5(bytes)
    request.body = bytes
    request.headers += [
      ("Content-Type", "application/octet-stream"), ("Content-MD5", Base64.encode(md5)),
    ]
    let response = try await send(request, "write", key)
    guard let tag = response.tag else { throw unreadable("write", key) }
    guard S3ETag(tag).matches(response, md5: md5) else {
      throw damaged("write", key, "the store has another MD5 of part \(number) than what was sent")
    }
    return UploadedPart(number: number, tag: tag, md5: md5)
  }

  func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws {
    var request = client.request("POST", bucket, key, query: [("uploadId", upload.text)])
    let list = parts.map {
      "<Part><ETag>\(Self.escaped($0.tag.text))</ETag><PartNumber>\($0.number)</PartNumber></Part>"
    }
    request.body = Array(
      ("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + list.joined() + "</CompleteMultipartUpload>").utf8)
    request.headers.append(("Content-Type", "application/xml"))
    let response = try await send(request, "write", key, missingIsFine: true)
    if response.isSuccess, let result = XMLElement(response.body), result.name != "Error" {
      guard let tag = result.text(of: "ETag").map({ ObjectTag(text: $0) }) else { return }
      guard S3ETag(tag).isOfParts(parts.map(\.md5)) || client.settings.encryption == .kms else {
        throw damaged("write", key, "the store has put other parts together than were sent")
      }
      return
    }
    // The upload is gone: either this is the second attempt of one that went through, or somebody aborted it.
    if response.status == 404, let head = try await head(key), S3ETag(head.tag).isOfParts(parts.map(\.md5)) {
      return
    }
    throw client.error(in: response, bucket, "write", key) ?? unreadable("write", key)
  }

  func abortUpload(_ key: String, _ upload: UploadID) async throws {
    let request = client.request("DELETE", bucket, key, query: [("uploadId", upload.text)])
    _ = try await send(request, "abort the upload of", key, missingIsFine: true)
  }

  func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload] {
    var uploads: [UnfinishedUpload] = []
    var marker: (key: String, upload: String)?
    repeat {
      var query: [(name: String, value: String)] = [
        ("uploads", ""), ("prefix", prefix), ("encoding-type", "url"),
      ]
      if let marker { query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)] }
      let response = try await send(client.request("GET", bucket, query: query), "list uploads of", prefix)
      guard let page = XMLElement(response.body), page.name == "ListMultipartUploadsResult" else {
        throw unreadable("list uploads of", prefix)
      }
      let isEncoded = page.text(of: "EncodingType") == "url"
      func decoded(_ text: String?) -> String? {
        text.flatMap { isEncoded ? PercentEncoding.decode($0) : $0 }
      }
      for entry in page.all("Upload") {
        guard let key = decoded(entry.text(of: "Key")), let upload = entry.text(of: "UploadId") else {
          throw unreadable("list uploads of", prefix)
        }
        if key.hasPrefix(prefix) {
          uploads.append(UnfinishedUpload(key: key, upload: UploadID(text: upload)))
        }
      }
      marker = nil
      if page.text(of: "IsTruncated") == "true", let key = decoded(page.text(of: "NextKeyMarker")),
        let upload = page.text(of: "NextUploadIdMarker"), !key.isEmpty
      {
        marker = (key, upload)
      }
    } while marker != nil
    return uploads
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }
}

import Staging
import TestSupport
import Testing

@testable import ObjectStorage

/// Every fault at every request that an object needs, against a server: the operation goes through all the same, and
/// leaves what it would have left.
@Suite(.serialized, .enabled(if: Rig.hasS3, "needs a server: scripts/check-stores")) struct S3FaultTests {
  static let faults = [
    "500", "502", "503", "429", "cut-upload", "lost-response", "cut-download", "corrupt-upload",
    "corrupt-download",
    "reset",
  ]
  /// Method and what the address has in it: each kind of request of an upload in parts.
  static let uploadRequests = [
    ("POST", "uploads="), ("PUT", "partNumber=1&"), ("PUT", "partNumber=3&"),
    ("POST", "/object\\\\?uploadId="),
  ]

  private func store(partBytes: Int = 2000) throws -> (store: ObjectStore, bucket: any Bucket, prefix: String)
  {
    let (bucket, prefix) = try Rig.bucket(.s3)
    var retries = Retries(budget: .seconds(20))
    retries.firstPause = .milliseconds(10)
    return (
      ObjectStore(InterceptedBucket(bucket, retries), prefix: prefix, partBytes: partBytes), bucket, prefix
    )
  }

  private func plan(_ fault: String, _ method: String, _ match: String) -> String {
    #"[{"fault":"\#(fault)","method":"^\#(method)$","match":"\#(match)","times":1}]"#
  }

  private func made(_ fault: String) async throws -> Bool {
    try await Rig.faultsMade().contains("\"\(fault)\": 1")
  }

  @Test(arguments: faults, uploadRequests)
  func anUploadInPartsGoesThrough(fault: String, request: (method: String, match: String)) async throws {
    let (store, bucket, prefix) = try store()
    var random = RepeatableGenerator(seed: 6)
    let bytes = random.bytes(5500)
    try await Rig.fail(plan(fault, request.method, request.match))
    try await store.write("object", bytes)
    let wasMade = try await made(fault)
    try await Rig.fail("[]")
    #expect(wasMade)
    #expect(try await store.read("object") == bytes)
    // An upload whose beginning was answered and not heard stays behind, until the next run removes it.
    try await store.removeScratch()
    #expect(try await bucket.unfinishedUploads(prefix: prefix).isEmpty)
  }

  @Test(
    arguments: faults,
    [
      ("PUT", "/small$"), ("GET", "/small$"), ("HEAD", "/small$"), ("GET", "list-type"), ("PUT", "/copied$"),
      ("DELETE", "/small$"),
    ])
  func everyOtherOperationGoesThrough(fault: String, request: (method: String, match: String)) async throws {
    let (store, _, _) = try store()
    let record = FileRecord(path: "small", rows: 1, content: [1, 2, 3])
    try await Rig.fail(plan(fault, request.method, request.match))
    try await store.write("a/small", [1, 2, 3])
    #expect(try await store.read("a/small") == [1, 2, 3])
    #expect(try await store.holds(record, at: "a/small"))
    try await store.replace("b", with: [TreeEntry(name: "copied", source: "a/small")])
    #expect(try await store.list("b") == [StoredObject(key: "b/copied", bytes: 3)])
    try await store.remove("a/small")
    #expect(try await store.list("a") == [])
    #expect(try await store.read("b/copied") == [1, 2, 3])
    try await Rig.fail("[]")
  }

  @Test func anUploadThatFailsForGoodIsAborted() async throws {
    let (store, bucket, prefix) = try store()
    try await Rig.fail(#"[{"fault":"reset","method":"PUT","match":"partNumber=2&","times":100000}]"#)
    await #expect(throws: BucketError.self) {
      let quick = ObjectStore(
        InterceptedBucket(bucket, Retries(budget: .milliseconds(100))), prefix: prefix, partBytes: 2000)
      try await quick.write("object", [UInt8](repeating: 1, count: 9000))
    }
    try await Rig.fail("[]")
    #expect(try await store.read("object") == nil)
    #expect(try await bucket.unfinishedUploads(prefix: prefix).isEmpty)
  }

  @Test func wrongCredentialsAreRefusedAndNeverShown() async throws {
    let secret = "0123456789-not-the-secret-9876543210"
    let (bucket, prefix) = try Rig.bucket(.s3, environment: ["AWS_SECRET_ACCESS_KEY": secret])
    let error = await #expect(throws: BucketError.self) { try await bucket.put(prefix + "/a", [1], .none) }
    #expect(error?.kind == .forbidden && error?.code == "SignatureDoesNotMatch")
    #expect(error?.recovery == .mendPermission && error?.description.contains(secret) == false)
  }

  @Test func aMissingBucketIsNoMissingObject() async throws {
    let (bucket, _) = try Rig.bucket(.s3, bucket: "nowhere")
    for operation: @Sendable () async throws -> Void in [
      { _ = try await bucket.list(prefix: "a") }, { _ = try await bucket.get("a") },
      { _ = try await bucket.put("a", [], .none) },
    ] {
      let error = await #expect(throws: BucketError.self) { try await operation() }
      #expect(error?.kind == .noBucket && error?.recovery == .mendConfiguration)
    }
  }
}

import Foundation

@testable import ObjectStorage

/// The servers that `scripts/check-stores` has started, told by environment variables; without it the tests that
/// need one are skipped.
enum Rig {
  private static let environment = ProcessInfo.processInfo.environment

  /// A python3 with botocore.
  static let python = environment["UNBLENDED_TEST_PYTHON"]
  /// The faults of a server: `POST` a plan, `GET` what became of it.
  static let s3Control = environment["UNBLENDED_TEST_S3_CONTROL"]
  private static let s3Root = environment["UNBLENDED_TEST_S3"]
  private static let gcsRoot = environment["UNBLENDED_TEST_GS"]

  static var hasS3: Bool { s3Root != nil }
  static var hasGCS: Bool { gcsRoot != nil }

  /// A bucket on the wire, and a prefix of its own in it.
  static func bucket(
    _ kind: StoreKind, environment changes: [String: String] = [:], bucket: String? = nil
  ) throws -> (bucket: any Bucket, prefix: String) {
    let environment = environment.merging(changes) { _, new in new }
    let transport = CurlPool(width: 17, userAgent: "unblended/test")
    let address = (kind == .gcs ? gcsRoot : s3Root).flatMap { StoreAddress($0) }
    let own = "test-\(UUID().uuidString)"
    switch address {
    case .s3(let name, let prefix):
      let client = try S3Client(S3Settings(), environment: environment, transport: transport)
      return (S3Bucket(bucket: bucket ?? name, client: client), prefix + "/" + own)
    case .gcs(let name, let prefix):
      var settings = GCSSettings()
      settings.endpointURL = environment["UNBLENDED_TEST_GS_ENDPOINT"]
      return (
        try GCSBucket(bucket ?? name, settings, environment: environment, transport: transport),
        prefix + "/" + own
      )
    case .directory, nil: return (MemoryBucket(), own)
    }
  }

  /// Has the S3 server's proxy make mistakes.
  /// - Parameter plan: JSON, see `Rig/servers.py`.
  static func fail(_ plan: String) async throws {
    guard let s3Control, let address = HTTPAddress(s3Control) else { return }
    let request = OutgoingRequest(
      method: "POST", address: address, path: address.basePath, body: Array(plan.utf8))
    _ = try await CurlPool(width: 1, userAgent: "unblended/test").send(request)
  }

  /// What the proxy has made of its plan, as JSON.
  static func faultsMade() async throws -> String {
    guard let s3Control, let address = HTTPAddress(s3Control) else { return "" }
    let request = OutgoingRequest(method: "GET", address: address, path: address.basePath)
    return try await CurlPool(width: 1, userAgent: "unblended/test").send(request).text
  }
}

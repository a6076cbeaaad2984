/// How S3 is spoken to; what is nil comes from the environment or the profile, or has S3's own default.
public struct S3Settings: Sendable, Hashable {
  /// `https://minio.example.com:9000`; nil for AWS.
  public var endpointURL: String?
  public var region: String?
  /// Whether the bucket stands in the path and not in the host's name; nil: only with an endpoint of its own.
  public var pathStyle: Bool?
  public var encryption: S3Encryption?
  /// The KMS key; nil for the account's own.
  public var kmsKeyID: String?
  /// `STANDARD_IA`, `INTELLIGENT_TIERING`, …
  public var storageClass: String?

  public init() {}
}

/// What the server encrypts objects with.
public enum S3Encryption: String, Sendable, Hashable, CaseIterable {
  /// Keys of S3's own.
  case s3 = "AES256"
  /// A key in the Key Management Service.
  case kms = "aws:kms"
}

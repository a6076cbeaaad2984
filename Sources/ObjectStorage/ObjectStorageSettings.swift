/// How buckets are spoken to.
public struct ObjectStorageSettings: Sendable, Hashable {
  public var s3 = S3Settings()
  public var gcs = GCSSettings()
  /// Requests on the wire at once, for each root.
  public var requestsInFlight = 16
  /// How long one request may keep failing.
  public var retryBudgetSeconds = 300
  /// How long a lock holds after its holder has died.
  public var lockSeconds = 60
  /// What is larger is sent in parts of this size.
  public var partBytes = 16 << 20

  public init() {}
}

/// How Google Cloud Storage is spoken to.
public struct GCSSettings: Sendable, Hashable {
  /// Nil for `https://storage.googleapis.com`.
  public var endpointURL: String?

  public init() {}
}

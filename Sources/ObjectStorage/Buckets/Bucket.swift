/// The few operations of an object store that a ``ObjectStore`` is made of; keys are the bucket's own.
///
/// Duties of an implementation:
/// - `put`, `copy` and `completeUpload` are atomic: readers see the old object or the new one, whole.
/// - Reads see what was last written (all stores named here are strongly consistent).
/// - What is sent is checked by the server against a digest, what comes is checked against the server's.
/// - Every operation makes one attempt and throws ``BucketError``, which says whether another makes sense. A second
///   attempt of an operation that had gone through unnoticed has the same effect, but for conditional writes,
///   which then fail with ``BucketError/Kind/conditionFailed``.
/// - Missing objects are nil or nothing, never an error; a missing bucket is one.
protocol Bucket: Sendable {
  /// `s3://finops`.
  var name: String { get }

  /// A tag of this service's form that no object ever has.
  var unusedTag: ObjectTag { get }

  /// All objects whose key begins with `prefix`, in any order.
  func list(prefix: String) async throws -> [BucketObject]

  func head(_ key: String) async throws -> ObjectHead?
  func get(_ key: String) async throws -> FetchedObject?

  /// - Returns: what a later condition can name.
  func put(_ key: String, _ bytes: [UInt8], _ condition: WriteCondition) async throws -> ObjectTag

  /// Copies inside of the bucket, on the server.
  /// - Returns: false if there is no source.
  func copy(_ source: String, to target: String) async throws -> Bool

  func delete(_ key: String) async throws

  /// Begins an object that is sent part by part.
  func beginUpload(_ key: String, partBytes: Int) async throws -> UploadID

  /// - Parameters:
  ///   - offset: bytes of the parts before.
  ///   - isLast: all others have the size that `beginUpload` was told.
  func uploadPart(
    _ bytes: [UInt8], of key: String, _ upload: UploadID, number: Int, offset: Int, isLast: Bool
  ) async throws -> UploadedPart

  func completeUpload(_ key: String, _ upload: UploadID, _ parts: [UploadedPart]) async throws

  /// Forgets what was sent; an upload that is gone already is fine.
  func abortUpload(_ key: String, _ upload: UploadID) async throws

  /// Uploads that were neither completed nor aborted, where the store keeps them.
  func unfinishedUploads(prefix: String) async throws -> [UnfinishedUpload]
}

struct BucketObject: Sendable, Hashable {
  let key: String
  let bytes: Int
}

/// What a server says of an object without sending it.
struct ObjectHead: Sendable {
  let bytes: Int
  let tag: ObjectTag
  /// The SHA-256 that was noted when the object was put, in hexadecimal digits.
  let sha256: String?
}

struct FetchedObject: Sendable {
  let bytes: [UInt8]
  let tag: ObjectTag
  /// Seconds since it was written, by the server's clock alone.
  let age: Int?
}

/// Identifies one state of an object: an ETag, or a generation.
struct ObjectTag: Sendable, Hashable {
  let text: String
}

struct UploadID: Sendable, Hashable {
  let text: String
}

struct UploadedPart: Sendable, Hashable {
  let number: Int
  let tag: ObjectTag
  let md5: [UInt8]
}

struct UnfinishedUpload: Sendable, Hashable {
  let key: String
  let upload: UploadID
}

/// On what state of the object a write depends.
enum WriteCondition: Sendable, Hashable {
  case none
  /// There is no object of that key.
  case ifAbsent
  /// The object is still the one that was seen.
  case ifUnchanged(ObjectTag)
}

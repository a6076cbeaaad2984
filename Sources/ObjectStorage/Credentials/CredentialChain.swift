public import Diagnostics

/// One place where credentials may be.
protocol CredentialSource: Sendable {
  /// - Returns: nil where this place is not in use.
  /// - Throws: ``CredentialError`` where it is in use and gives none; ``TransportFailure``.
  func credentials() async throws -> AWSCredentials?
}

/// Finds credentials where AWS's own tools do, in their order, and keeps them until shortly before they end:
/// environment, web identity, profile, container endpoint, instance metadata.
actor CredentialChain {
  private let sources: [any CredentialSource]
  private let now: @Sendable () -> Int
  private var known: AWSCredentials?
  private var search: Task<AWSCredentials, any Error>?

  /// Lent credentials are fetched anew this long before they end.
  private static let margin = 300

  init(_ sources: [any CredentialSource], now: @escaping @Sendable () -> Int = Timestamps.now) {
    self.sources = sources
    self.now = now
  }

  /// - Throws: ``CredentialError`` if no place has any.
  func current() async throws -> AWSCredentials {
    if let known, known.expires.map({ $0 - Self.margin > now() }) ?? true { return known }
    // All requests of a run want credentials at once; one of them fetches.
    if let search { return try await search.value }
    let sources = sources
    let search = Task {
      for source in sources {
        if let found = try await source.credentials() { return found }
      }
      throw CredentialError(
        "no credentials: there are none in the environment, in a profile, at a container's endpoint or at an "
          + "instance's; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    }
    self.search = search
    defer { self.search = nil }
    do {
      let found = try await search.value
      known = found
      return found
    } catch let error as CredentialError {
      // What is about to end is still good.
      if let known, known.expires.map({ $0 > now() }) ?? false { return known }
      throw error
    }
  }

  /// The next request asks the sources again.
  func forget() { known = nil }
}

/// A place that should hold credentials does not.
public struct CredentialError: RecoverableError, Hashable {
  public let reason: String
  init(_ reason: String) { self.reason = reason }
  public var recovery: Recovery { .mendPermission }
  public var description: String { "object storage: \(reason)" }
}

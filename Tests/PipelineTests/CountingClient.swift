import OpenAIAdmin
import Synchronization

/// Counts what another client is asked.
final class CountingClient: HTTPClient {
  private let base: any HTTPClient
  private let counts = Mutex((requests: 0, refused: 0))

  init(base: any HTTPClient) { self.base = base }

  var requests: Int { counts.withLock { $0.requests } }
  /// Answers with 400.
  var refused: Int { counts.withLock { $0.refused } }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let response = try await base.send(request)
    counts.withLock { counts in
      counts.requests += 1
      if response.status == 400 { counts.refused += 1 }
    }
    return response
  }
}

public import Diagnostics

/// A request that got no complete answer.
public struct TransportError: RecoverableError, Hashable {
  /// What went wrong, by what can be done about it.
  public enum Kind: Sendable, Hashable {
    /// No connection: the name does not resolve, nobody listens, the TLS handshake failed.
    case unreachable
    /// A connect, idle or total timeout.
    case timedOut
    /// The connection broke while the answer was under way, or the answer broke HTTP.
    case interrupted
    /// The server's certificate is not one to trust. Never retried: a wrong `base_url`, a missing
    /// authority, or somebody in between.
    case certificateRefused
    /// The body is larger than the client may take.
    case tooLarge(limit: Int)
    /// The answer is of a kind that no honest one is: it inflates out of all proportion, or has headers without
    /// end.
    case implausible
    /// The URL is one that no key may be sent to.
    case urlRefused
    /// The key or a header holds characters that can't be sent.
    case headerRefused
    /// The client was shut down before the answer came.
    case clientClosed
    /// libcurl could not do its work for a reason of its own.
    case failed
  }

  public let kind: Kind
  /// Scheme and host, without path or query.
  public let host: String
  /// libcurl's or the client's words.
  public let reason: String
  /// How many requests were made, all of which failed.
  public var attempts = 1

  public init(_ kind: Kind, host: String, reason: String) {
    self.kind = kind
    self.host = host
    self.reason = reason
  }

  /// Whether the same request may get an answer when sent again.
  public var isRetryable: Bool {
    switch kind {
    case .unreachable, .timedOut, .interrupted: true
    default: false
    }
  }

  public var recovery: Recovery {
    switch kind {
    case .unreachable, .timedOut, .interrupted: .serviceDown
    case .certificateRefused, .urlRefused, .headerRefused: .mendConfiguration
    case .tooLarge, .implausible: .refuseData
    case .clientClosed, .failed: .reportBug
    }
  }

  public var description: String {
    let after = attempts > 1 ? " after \(attempts) attempts" : ""
    return switch kind {
    case .unreachable: "\(host) is not reachable\(after): \(reason)"
    case .timedOut: "\(host) did not answer in time\(after): \(reason)"
    case .interrupted: "the answer of \(host) broke off\(after): \(reason)"
    case .certificateRefused:
      "the certificate of \(host) is not trusted: \(reason); check base_url and this machine's authorities"
    case .tooLarge(let limit):
      "the answer of \(host) is larger than \(limit) bytes: ask for fewer days at once"
    case .implausible:
      "the answer of \(host) is refused: \(reason); check base_url and what stands between here and the API"
    case .urlRefused: "no request is sent to \(host): \(reason)"
    case .headerRefused: "a request to \(host) can't be sent: \(reason)"
    case .clientClosed: "the request to \(host) was still under way when the client was shut down"
    case .failed: "the request to \(host) failed: \(reason)"
    }
  }
}

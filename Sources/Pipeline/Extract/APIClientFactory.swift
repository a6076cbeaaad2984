import Diagnostics
import Logging
import OpenAIAdmin
import Staging

/// Makes the API of each organization; all share one HTTP client, one retry budget and one count of requests.
public struct APIClientFactory: Sendable {
  private let client: any HTTPClient
  private let counter: RequestCounter
  private let environment: [String: String]
  private let diagnostics: DiagnosticsCollector

  /// - Parameter environment: where keys named by environment variables are found.
  /// - Throws: ``TransportError`` if libcurl cannot start.
  public init(
    configuration: Configuration, environment: [String: String], logger: Logger,
    diagnostics: DiagnosticsCollector
  ) throws {
    let transport = try CurlClient(
      CurlClient.Configuration(
        version: Version.current, maxInFlight: configuration.extract.requestsInFlight))
    self.init(
      transport: transport, configuration: configuration, environment: environment, logger: logger,
      diagnostics: diagnostics)
  }

  /// With another transport, e.g. one that answers from memory.
  public init(
    transport: any HTTPClient, configuration: Configuration, environment: [String: String], logger: Logger,
    diagnostics: DiagnosticsCollector
  ) {
    counter = RequestCounter()
    client = RetryingClient(
      transport, budget: RetryBudget(seconds: configuration.extract.retryBudgetSeconds), counter: counter,
      logger: logger)
    self.environment = environment
    self.diagnostics = diagnostics
  }

  /// Requests so far, by status.
  var requestsByStatus: [String: Int] { counter.byOutcome }

  /// - Throws: ``KeyNotFound`` where the key's environment variable or file does not hold one.
  public func api(for organization: OrganizationConfiguration) throws -> OrganizationAPI {
    OrganizationAPI(
      name: organization.name, baseURL: organization.baseURL, key: try key(organization), client: client,
      diagnostics: diagnostics)
  }

  private func key(_ organization: OrganizationConfiguration) throws -> Secret {
    switch organization.adminKey {
    case .environment(let name):
      guard let text = environment[name], !text.isEmpty else {
        throw KeyNotFound(
          organization: organization.name, place: "the environment variable \(name) is not set")
      }
      return Secret(text)
    case .file(let path):
      guard let text = try LocalFile.text(path) else {
        throw KeyNotFound(organization: organization.name, place: "there is no file \(path)")
      }
      guard let line = text.split(whereSeparator: \.isNewline).first else {
        throw KeyNotFound(organization: organization.name, place: "the file \(path) is empty")
      }
      return Secret(String(line))
    }
  }
}

/// The place where a key is kept does not hold one.
struct KeyNotFound: RecoverableError {
  let organization: String
  let place: String
  var recovery: Recovery { .mendConfiguration }
  var description: String { "organization \(organization): no admin key: \(place)" }
}

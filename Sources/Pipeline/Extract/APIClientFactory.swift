import Diagnostics
import Logging
import OpenAIAdmin
import Staging

/// Makes the API of each organization; all share one HTTP client, one retry budget and one count of requests.
///
/// Each has a ``RetryingClient`` of its own: a rate limit is one of its key and slows down nobody else.
public struct APIClientFactory: Sendable {
  private let transport: any HTTPClient
  private let policy: RetryPolicy
  private let budget: RetryBudget
  private let requestsInFlight: Int
  private let counter = RequestCounter()
  private let keys: KeyReader
  private let logger: Logger
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
    diagnostics: DiagnosticsCollector, policy: RetryPolicy = RetryPolicy()
  ) {
    self.transport = transport
    self.policy = policy
    budget = RetryBudget(seconds: configuration.extract.retryBudgetSeconds)
    requestsInFlight = configuration.extract.requestsInFlight
    keys = KeyReader(environment: environment)
    self.logger = logger
    self.diagnostics = diagnostics
  }

  /// Requests so far, by status.
  var requestsByStatus: [String: Int] { counter.byOutcome }

  /// - Throws: ``KeyNotFound`` where the key's variable, file or command does not give one.
  public func api(for organization: OrganizationConfiguration) async throws -> OrganizationAPI {
    var logger = logger
    logger[metadataKey: "organization"] = "\(organization.name)"
    let client = RetryingClient(
      transport, policy: policy, budget: budget, maxInFlight: requestsInFlight, counter: counter,
      logger: logger)
    return OrganizationAPI(
      name: organization.name, baseURL: organization.baseURL, key: try await keys.key(of: organization),
      client: client, diagnostics: diagnostics.at(["organization": organization.name]))
  }
}

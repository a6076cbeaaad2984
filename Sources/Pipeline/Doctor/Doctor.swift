import Diagnostics
import OpenAIAdmin
import Staging

/// Checks what a run depends on, with a few small requests and without writing anything.
public struct Doctor: Sendable {
  let configuration: Configuration
  private let client: APIClientFactory
  private let clock: UTCClock

  public init(configuration: Configuration, client: APIClientFactory, clock: UTCClock) {
    self.configuration = configuration
    self.client = client
    self.clock = clock
  }

  /// Configuration, clock, and every root that is written to.
  /// - Parameter environment: where credentials of buckets are looked for.
  public func checkSurroundings(environment: [String: String]) async -> [Finding] {
    var findings = [
      Finding.works(
        "configuration",
        "\(configuration.path) reads; \(Self.counted(configuration.organizations.count, "organization")), FOCUS "
          + "\(configuration.load.focusVersion.rawValue), formats "
          + configuration.load.formats.map(\.rawValue).joined(separator: ", ")),
      .works("clock", "the current UTC day is \(clock.today)"),
    ]
    do {
      let stores = try OutputStores(
        configuration, environment: environment, diagnostics: DiagnosticsCollector())
      for root in stores.roots { findings += await check(root) }
    } catch { findings.append(.fails("output", error)) }
    if let parquet = await ParquetEngine.finding(configuration) { findings.append(parquet) }
    return findings
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Where a key that could be read came from.
  private static func place(of source: KeySource) -> String {
    switch source {
    case .environment(let name): return "from the environment variable \(name)"
    case .file(let path):
      let mode = LocalFile.permissions(path).map { ", mode " + KeyFile.text($0) } ?? ""
      return "from the file \(path)\(mode), which others cannot read"
    case .command(let arguments): return "printed by the program \(arguments.first ?? "")"
    }
  }

  /// Key, scopes and dimensions of one organization.
  public func check(_ organization: OrganizationConfiguration) async -> [Finding] {
    let subject = "organization \(organization.name)"
    let api: OrganizationAPI
    do { api = try await client.api(for: organization) } catch {
      return [
        .fails(
          "\(subject), key", error,
          mend: "put the admin key where \(configuration.path) says, for this user alone"
        )
      ]
    }
    var findings = [Finding.works("\(subject), key", Self.place(of: organization.adminKey))]
    do {
      findings.append(contentsOf: try await checkCosts(api, subject))
    } catch {
      findings.append(
        .fails(
          "\(subject), costs", error,
          mend: "without api.usage.read nothing can be delivered: no costs, no usage"))
      if (error as? APIError)?.status == 401 || error is TransportError { return findings }
    }
    findings.append(await checkUsage(api, subject))
    findings.append(await checkNames(api, subject))
    return findings
  }

  private func checkCosts(_ api: OrganizationAPI, _ subject: String) async throws -> [Finding] {
    let yesterday = DayRange(from: clock.today.advanced(by: -1), to: clock.today)
    for (index, dimensions) in DimensionLadder.steps.enumerated() {
      do {
        var rows = 0
        _ = try await api.fetchDays(
          of: EndpointCatalogue.costs, in: yesterday, groupBy: dimensions, limit: 1, today: clock.today
        ) { rows += $0.rows.count }
        let text = "\(rows) cost lines for \(yesterday.from), by \(dimensions.joined(separator: ", "))"
        let costs = Finding.works("\(subject), costs", text)
        return index < 2
          ? [costs]
          : [
            costs,
            .limited(
              "\(subject), keys", "costs cannot be grouped by API key here; they are split by usage instead"),
          ]
      } catch let error as APIError
        where DimensionLadder.isRefused(error) && index + 1 < DimensionLadder.steps.count
      {
        continue
      }
    }
    return []
  }

  private func checkUsage(_ api: OrganizationAPI, _ subject: String) async -> Finding {
    let yesterday = DayRange(from: clock.today.advanced(by: -1), to: clock.today)
    do {
      var rows = 0
      for endpoint in EndpointCatalogue.usage {
        _ = try await api.fetchDays(
          of: endpoint, in: yesterday, groupBy: endpoint.dimensions, limit: 1, today: clock.today
        ) { rows += $0.rows.count }
      }
      return .works("\(subject), usage", "\(rows) usage rows for \(yesterday.from), all services")
    } catch {
      return .fails(
        "\(subject), usage", error,
        mend: "without api.usage.read on usage, costs cannot be attributed to users and keys")
    }
  }

  private func checkNames(_ api: OrganizationAPI, _ subject: String) async -> Finding {
    do {
      let projects = try await api.fetchProjects().projects
      let users = try await api.fetchList(of: EndpointCatalogue.users).rows.count
      if let project = projects.first(where: { !$0.isArchived }) {
        _ = try await api.fetchForEachProject(EndpointCatalogue.apiKeys, projects: [project])
      }
      return .works("\(subject), names", "\(projects.count) projects, \(users) users, API keys readable")
    } catch {
      return .fails(
        "\(subject), names", error,
        mend:
          "without api.management.read the money is delivered, with ids and without the names of users and keys"
      )
    }
  }
}

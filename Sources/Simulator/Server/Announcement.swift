/// What `simulate` tells about itself: the line it starts with, and a configuration for the pipeline.
public struct Announcement: Sendable {
  public var baseURL: String
  public var organizations: [SimulatorServer.Account]
  public var seed: UInt64
  public var today: UTCDay

  public init(port: UInt16, server: SimulatorServer, seed: UInt64) {
    baseURL = "http://127.0.0.1:\(port)/v1"
    organizations = server.organizations
    self.seed = seed
    today = server.simulation.today
  }

  /// One line of JSON without a line break.
  public var line: String {
    var writer = ByteWriter()
    writer.raw("{\"base_url\":")
    writer.string(baseURL)
    writer.raw(",\"organizations\":[")
    for (index, organization) in organizations.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ",")) }
      let fields: [(StaticString, String)] = [
        ("{\"name\":", organization.name), (",\"id\":", organization.id), (",\"key\":", organization.key),
        (",\"key_env\":", organization.keyVariable), (",\"usage_only_key\":", organization.usageOnlyKey),
        (",\"management_only_key\":", organization.managementOnlyKey),
      ]
      for (name, value) in fields {
        writer.raw(name)
        writer.string(value)
      }
      writer.raw("}")
    }
    writer.raw("],\"seed\":")
    writer.raw(Array(String(seed).utf8))
    writer.raw(",\"today\":")
    writer.string(today.description)
    writer.raw("}")
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// A `pipeline.yaml` for these organizations. The keys themselves are in the environment, not in the file.
  public var configuration: String {
    var text = "output: output\norganizations:\n"
    for organization in organizations {
      // A JSON string is a YAML string.
      let name = String(decoding: ByteWriter.fragment(organization.displayName), as: UTF8.self)
      text += """
          - name: \(organization.name)
            id: \(organization.id)
            display_name: \(name)
            base_url: \(baseURL)
            admin_key: { env: \(organization.keyVariable) }

        """
    }
    return text + """
      extract: { lookback_days: 5, retry_budget_seconds: 300 }
      normalize: { attribution: usage-share }
      load: { focus_version: "1.3", formats: [csv] }

      """
  }
}

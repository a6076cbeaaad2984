import FOCUS
import Pipeline
import Staging
import Testing

/// `load.columns`: a subset of the columns by name.
@Suite struct ColumnChoiceTests {
  private func delivered(_ settings: String) async throws -> (
    manifest: Manifest, report: RunReport, harness: Harness
  ) {
    let harness = try SimulatedClient().harness(settings: settings)
    let report = try await harness.run(from: "2026-11-11", to: "2026-11-12")
    #expect(report.exitCode == 0)
    return (try #require(try await harness.manifest("2026-11")), report, harness)
  }

  @Test func theColumnsNamedAreDeliveredInTheOrderOfTheTable() async throws {
    let whole = try await delivered("")
    let some = try await delivered("load: { columns: [x_ModelId, ChargePeriodStart, BilledCost, Tags] }\n")
    let file = try #require(some.manifest.files.first)
    let text = try GzipDecoder.decompress(try await some.harness.store.readExisting("focus/" + file.path))
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("BilledCost,ChargePeriodStart,Tags,x_ModelId\n"))
    // The money is the same, the schema is not.
    #expect(
      some.manifest.controlTotals == whole.manifest.controlTotals && some.manifest.rows == whole.manifest.rows
    )
    #expect(some.manifest.schemaID != whole.manifest.schemaID)
    let rows = try await some.harness.delivered("2026-11")
    #expect(
      rows.count == some.manifest.rows && rows.allSatisfy { $0["BilledCost"] != nil && $0["Tags"] == nil })
  }

  /// The user asked, so it is delivered; but not in silence.
  @Test func mandatoryColumnsLeftOutAreCounted() async throws {
    let table = try ColumnTable.embedded()
    let columns = table.columns(of: .v13)
    // As the specification says, the deprecated ProviderName and PublisherName included.
    #expect(columns.filter(\.isMandatory).count == 23)
    let some = try await delivered("load: { columns: [BilledCost, ChargePeriodStart] }\n")
    #expect(some.report.warnings["mandatory_columns_left_out"] == 21)
    let message = try #require(some.report.warningExamples["mandatory_columns_left_out"])
    #expect(message.contains("BillingAccountId") && !message.contains("BilledCost"))
    let mandatory = columns.filter(\.isMandatory).map(\.name).joined(separator: ", ")
    let enough = try await delivered("load: { columns: [\(mandatory)] }\n")
    #expect(enough.report.warnings["mandatory_columns_left_out"] == nil)
  }

  @Test func whatIsNoColumnIsToldWithItsLine() throws {
    func problems(_ columns: String, version: String = "1.3") -> [ConfigurationProblem] {
      let text = """
        output: output
        organizations:
          - { name: acme, id: org-acme, admin_key: { env: KEY } }
        load:
          focus_version: "\(version)"
          columns:
        \(columns)
        """
      do {
        _ = try ConfigurationReader(environment: [:]).read(text, path: "pipeline.yaml")
        return []
      } catch { return (error as? ConfigurationError)?.problems ?? [] }
    }
    #expect(problems("    - BilledCost\n    - x_ModelId\n").isEmpty)
    let unknown = problems("    - BilledCost\n    - billedcost\n")
    #expect(unknown.map(\.line) == [8])
    #expect(
      unknown.first?.message.contains(#"columns of FOCUS 1.3 or its x_ columns, not "billedcost""#) == true)
    let twice = problems("    - BilledCost\n    - BilledCost\n")
    #expect(twice.map(\.description) == ["line 8: load.columns names BilledCost twice"])
    // A column of another version is none of this one.
    #expect(problems("    - ServiceProviderName\n", version: "1.2").map(\.line) == [7])
    #expect(problems("    - ProviderName\n", version: "1.4").count == 1)
    #expect(
      problems("    {}\n").first?.message.hasPrefix("load.columns must be a list, e.g. [BilledCost,") == true)
  }
}

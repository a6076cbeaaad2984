import FOCUS
import Staging
import Testing

@Suite struct SchemaMetadataTests {
  private func columns(_ version: FOCUSVersion) throws -> [SchemaColumn] {
    try ColumnTable.embedded().columns(of: version).map(SchemaColumn.init)
  }

  @Test func everyColumnSetHasAnIdentifierOfItsOwn() throws {
    var identifiers = try FOCUSVersion.allCases.map {
      SchemaMetadata.identifier(version: $0, dataset: .costAndUsage, columns: try columns($0))
    }
    identifiers.append(
      SchemaMetadata.identifier(version: .v14, dataset: .costAndUsage, columns: try columns(.v14).dropLast()))
    identifiers.append(
      SchemaMetadata.identifier(version: .v14, dataset: .billingPeriod, columns: BillingPeriod.columns))
    #expect(Set(identifiers).count == identifiers.count)
  }

  @Test(arguments: FOCUSVersion.allCases)
  func onlyVersionsThatKnowInstancesNameOne(version: FOCUSVersion) throws {
    let schema = SchemaMetadata(
      version: version, dataset: .costAndUsage, columns: try columns(version), datasetInstanceID: "instance")
    let text = String(decoding: try DeterministicJSON.encode(schema), as: UTF8.self)
    #expect(text.contains("DatasetInstanceId") == (version != .v12))
    // FOCUS: it changes with the FOCUS version.
    #expect(text.contains("\"DataGeneratorVersion\" : \"\(version.rawValue).1\""))
  }

  @Test func billingPeriodsAreSortedByMonth() throws {
    let months = try ["2026-12", "2026-02"].map { try #require(Month($0)) }
    let updated = try #require(Day("2027-01-06"))
    let periods = months.map { BillingPeriod(month: $0, status: .closed, updated: updated) }
    let lines = String(decoding: BillingPeriod.csv(periods), as: UTF8.self).split(separator: "\n")
    #expect(lines[0].split(separator: ",").map(String.init) == BillingPeriod.columns.map(\.name))
    #expect(lines[1].hasPrefix("2026-02-01T00:00:00Z,2026-03-01T00:00:00Z,2027-01-06T00:00:00Z,"))
    #expect(lines[2].hasPrefix("2026-12-01T00:00:00Z,2027-01-01T00:00:00Z,"))
  }
}

import FOCUS
import Testing

@Suite struct ColumnTableTests {
  private static let custom = [
    "x_AttributionMethod", "x_CredentialId", "x_CredentialName", "x_LineItem", "x_Modality", "x_ModelId",
    "x_PrincipalEmail", "x_PrincipalId", "x_PrincipalName", "x_PrincipalType", "x_ServiceTier", "x_Surface",
    "x_TokenCacheAction", "x_TokenDirection", "x_UnblendedCost",
  ]

  @Test(arguments: [(FOCUSVersion.v12, 57), (.v13, 65), (.v14, 65)])
  func eachVersionHasItsColumnsThenTheCustomOnes(version: FOCUSVersion, count: Int) throws {
    let columns = try ColumnTable.embedded().columns(of: version)
    let focus = columns.prefix(count).map(\.name)
    #expect(columns.count == count + Self.custom.count)
    #expect(focus == focus.sorted() && Set(focus).count == count)
    #expect(!focus.contains { $0.hasPrefix("x_") })
    #expect(columns.dropFirst(count).map(\.name) == Self.custom)
    #expect(columns.map(\.isCustom) == columns.map { $0.name.hasPrefix("x_") })
  }

  /// What the versions differ in, as their change logs say.
  @Test func versionsDifferAsTheSpecificationSays() throws {
    let table = try ColumnTable.embedded()
    func names(_ version: FOCUSVersion) -> Set<String> { Set(table.columns(of: version).map(\.name)) }
    let (v12, v13, v14) = (names(.v12), names(.v13), names(.v14))
    #expect(
      v13.subtracting(v12) == [
        "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName",
        "AllocatedTags", "ContractApplied", "HostProviderName", "ServiceProviderName",
      ])
    #expect(v12.isSubset(of: v13))
    #expect(v14.subtracting(v13) == ["CommitmentProgramEligibilityDetails", "InvoiceDetailId"])
    #expect(v13.subtracting(v14) == ["ProviderName", "PublisherName"])
    let deprecated = FOCUSVersion.allCases.map { version in
      table.columns(of: version).filter(\.isDeprecated).map(\.name)
    }
    #expect(deprecated == [[], ["ProviderName", "PublisherName"], []])
  }

  @Test func everyColumnOfTheProgramIsInSomeVersion() throws {
    let table = try ColumnTable.embedded()
    let used = Set(FOCUSVersion.allCases.flatMap { table.columns(of: $0).map(\.column) })
    #expect(used == Set(Column.allCases))
  }

  @Test func typesFollowTheNames() throws {
    for definition in try FOCUSVersion.allCases.flatMap(ColumnTable.embedded().columns) {
      let name = definition.name
      let isDecimal = ["Cost", "Quantity", "UnitPrice"].contains { name.hasSuffix($0) }
      let isDate = name.hasSuffix("PeriodStart") || name.hasSuffix("PeriodEnd")
      let isJSON = name.hasSuffix("Tags") || name.hasSuffix("Details") || name == "ContractApplied"
      let expected: ColumnType = isDecimal ? .decimal : isDate ? .dateTime : isJSON ? .json : .string
      #expect(definition.type == expected, "\(name)")
    }
  }
}

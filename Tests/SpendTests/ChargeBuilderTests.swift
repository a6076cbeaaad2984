import Diagnostics
import Spend
import Testing

@Suite struct ChargeBuilderTests {
  private var names: NameBook {
    var names = NameBook()
    names.projects = ["proj_1": "Search"]
    names.principals = ["user-1": NameBook.Principal(type: .user, name: "Ann", email: "ann@example.com")]
    names.credentials = ["key_1": NameBook.Credential(name: "laptop", projectID: "proj_1", ownerID: "user-1")]
    return names
  }

  private func charge(
    _ amount: String, _ fields: [String: String], diagnostics: DiagnosticsCollector = DiagnosticsCollector()
  ) throws -> Charge {
    try RawLineSupport.charge(
      RawLineSupport.result(amount, fields), names: names, diagnostics: diagnostics)
  }

  private let tokens = [
    "line_item": "\"gpt-5, input\"", "project_id": "\"proj_1\"", "api_key_id": "\"key_1\"",
    "user_id": "\"user-1\"", "quantity": "8400000.0", "quantity_unit": "\"tokens\"",
  ]

  @Test func putsNamesToIds() throws {
    let diagnostics = DiagnosticsCollector()
    let charge = try charge("10.5", tokens, diagnostics: diagnostics)
    #expect(charge.amount.description == "10.5" && charge.currency == .usd)
    #expect(charge.quantity?.description == "8400000" && charge.quantityUnit == "tokens")
    #expect(charge.unitPrice?.description == "1.25", "dollars for a million tokens")
    #expect(charge.projectID == "proj_1" && charge.projectName == "Search")
    #expect(charge.apiKeyID == "key_1" && charge.apiKeyName == "laptop")
    #expect(charge.principalID == "user-1" && charge.principalName == "Ann")
    #expect(charge.principalEmail == "ann@example.com" && charge.principalType == "User")
    #expect(charge.attribution == .billedUser)
    #expect(diagnostics.counts.isEmpty)
  }

  @Test func unknownIdsStay() throws {
    var fields = tokens
    fields["project_id"] = "\"proj_9\""
    fields["api_key_id"] = "\"key_9\""
    fields["user_id"] = "\"user-9\""
    let charge = try charge("1", fields)
    #expect(charge.projectID == "proj_9" && charge.projectName == "proj_9")
    #expect(charge.apiKeyID == "key_9" && charge.apiKeyName == nil)
    #expect(charge.principalID == "user-9" && charge.principalName == nil && charge.principalType == nil)
  }

  @Test func namesOnTheLineHelpWhereNoListKnows() throws {
    var fields = tokens
    fields["project_id"] = "\"proj_9\""
    fields["project_name"] = "\"From the line\""
    #expect(try charge("1", fields).projectName == "From the line")
    fields["project_id"] = "\"proj_1\""
    #expect(try charge("1", fields).projectName == "Search")
  }

  /// DESIGN C6: cost of the organization itself keeps its null project.
  @Test func costOfTheOrganizationHasNoProject() throws {
    let charge = try charge("3", ["line_item": "\"Credit\""])
    #expect(charge.projectID == nil && charge.projectName == nil && charge.principalID == nil)
    #expect(charge.attribution == .unattributed)
    #expect(charge.amount.description == "3")
  }

  @Test func aCreditHasNoPrice() throws {
    let diagnostics = DiagnosticsCollector()
    let charge = try charge("-4.2", tokens, diagnostics: diagnostics)
    #expect(charge.amount.description == "-4.2" && charge.unitPrice == nil)
    #expect(charge.quantity?.description == "8400000")
    #expect(diagnostics.counts == ["credit_with_quantity": 1])
  }

  @Test func freeTokensHaveThePriceZero() throws {
    let diagnostics = DiagnosticsCollector()
    let charge = try charge("0E-6176", tokens, diagnostics: diagnostics)
    #expect(charge.amount.isZero && charge.unitPrice?.isZero == true)
    #expect(diagnostics.counts.isEmpty)
  }

  @Test(arguments: ["0", "0.0", "-5", "null"])
  func withoutAQuantityThereIsNoPriceAndItIsCounted(quantity: String) throws {
    let diagnostics = DiagnosticsCollector()
    var fields = tokens
    fields["quantity"] = quantity
    let charge = try charge("1.5", fields, diagnostics: diagnostics)
    #expect(charge.unitPrice == nil && charge.amount.description == "1.5")
    #expect(diagnostics.counts == ["charge_without_price": 1])
  }

  @Test func aPriceThatDoesNotEndHas34Digits() throws {
    var fields = tokens
    fields["quantity"] = "3000000"
    #expect(try charge("1", fields).unitPrice?.description == "0." + String(repeating: "3", count: 34))
    fields["quantity"] = "7"
    #expect(try charge("1", fields).unitPrice?.description == "142857.1428571428571428571428571429")
  }

  @Test(arguments: [
    ("\"gpt-live-1, voice session\"", "\"voice_sessions\"", ["line_item_not_parsed": 1]),
    ("null", "\"tokens\"", ["line_item_missing": 1]),
    ("\"gpt-5, input\"", "null", ["unit_assumed": 1]),
    ("\"gpt-5, input\"", "\"m²\"", ["unit_assumed": 1]),
  ])
  func whatIsNotUnderstoodKeepsItsMoneyAndIsCounted(
    lineItem: String, unit: String, counts: [String: Int]
  ) throws {
    let diagnostics = DiagnosticsCollector()
    var fields = tokens
    fields["line_item"] = lineItem
    fields["quantity_unit"] = unit
    let charge = try charge("1.5", fields, diagnostics: diagnostics)
    #expect(charge.amount.description == "1.5")
    #expect(diagnostics.counts == counts)
    #expect(diagnostics.examples.values.allSatisfy { $0.contains("organization acme") })
  }
}

import FOCUS
import JSONReader
import Spend
import Staging
import TestSupport
import Testing

@Suite struct RowWriterTests {
  /// One row by hand, in every version: what a token charge with all names looks like.
  @Test(arguments: FOCUSVersion.allCases)
  func aTokenChargeInFull(version: FOCUSVersion) throws {
    var expected = [
      "BilledCost": "10.5", "BillingAccountId": "org-1", "BillingAccountName": "Acme, \"Inc.\" 漢字",
      "BillingAccountType": "Organization", "BillingCurrency": "USD",
      "BillingPeriodEnd": "2026-12-01T00:00:00Z", "BillingPeriodStart": "2026-11-01T00:00:00Z",
      "ChargeCategory": "Usage", "ChargeDescription": "gpt-5.6-sol output tokens (priority, long context)",
      "ChargeFrequency": "Usage-Based", "ChargePeriodEnd": "2026-11-04T00:00:00Z",
      "ChargePeriodStart": "2026-11-03T00:00:00Z", "ConsumedQuantity": "8400000.0", "ConsumedUnit": "Tokens",
      "ContractedCost": "10.5", "ContractedUnitPrice": "1.25", "EffectiveCost": "10.5",
      "HostProviderName": "OpenAI", "InvoiceIssuerName": "OpenAI", "ListCost": "10.5",
      "ListUnitPrice": "1.25",
      "PricingCategory": "Standard", "PricingCurrency": "USD", "PricingCurrencyContractedUnitPrice": "1.25",
      "PricingCurrencyEffectiveCost": "10.5", "PricingCurrencyListUnitPrice": "1.25",
      "PricingQuantity": "8.4", "PricingUnit": "1000000 Tokens", "ProviderName": "OpenAI",
      "PublisherName": "OpenAI", "ServiceCategory": "AI and Machine Learning", "ServiceName": "OpenAI API",
      "ServiceProviderName": "OpenAI", "ServiceSubcategory": "Generative AI",
      "SkuId": "gpt-5.6-sol/output/long context", "SkuMeter": "Output Tokens",
      "SkuPriceDetails":
        #"{"x_ModelId":"gpt-5.6-sol","x_Qualifier":"long context","x_ServiceTier":"priority","x_TokenDirection":"Output"}"#,
      "SkuPriceId": "gpt-5.6-sol/output/long context/priority", "SubAccountId": "proj_1",
      "SubAccountName": "Search, \"beta\"", "SubAccountType": "Project", "x_AttributionMethod": "billed-user",
      "x_CredentialId": "key_1", "x_CredentialName": "laptop",
      "x_LineItem": "priority | gpt-5.6-sol, output, long context", "x_ModelId": "gpt-5.6-sol",
      "x_PrincipalEmail": "ann@example.com", "x_PrincipalId": "user-1", "x_PrincipalName": "Ann O'Neil",
      "x_PrincipalType": "User", "x_ServiceTier": "priority", "x_TokenDirection": "Output",
      "x_UnblendedCost": "10.5",
    ]
    let columns = Set(try ColumnTable.embedded().columns(of: version).map(\.name))
    expected = expected.filter { columns.contains($0.key) }
    #expect(try SampleCharges.rows(version)[0] == expected)
  }

  /// Both formats hold the same, as a reader that is not ours sees them.
  @Test(.enabled(if: Python.isAvailable), arguments: FOCUSVersion.allCases)
  func bothFormatsSayTheSame(version: FOCUSVersion) throws {
    let folder = try TemporaryFolder()
    let csv = try folder.write("part.csv", String(decoding: SampleCharges.file(version, .csv), as: UTF8.self))
    let ndjson = try folder.write(
      "part.ndjson", String(decoding: SampleCharges.file(version, .ndjson), as: UTF8.self))
    let lines = try Python.lines(
      """
      import csv,json,sys
      table = list(csv.reader(open(sys.argv[1], newline=""), strict=True))
      objects = [json.loads(line, parse_float=lambda t: ("n", t), parse_int=lambda t: ("n", t))
                 for line in open(sys.argv[2], newline="\\n")]
      header, rows = table[0], table[1:]
      assert len(rows) == len(objects), (len(rows), len(objects))
      decimals = set(sys.argv[3].split(","))
      for row, object in zip(rows, objects):
          assert len(row) == len(header) and list(object) == header, row
          for name, text in zip(header, row):
              value = object[name]
              if text == "": assert value is None, (name, value)
              elif name in decimals: assert value == ("n", text), (name, text, value)
              else: assert value == text, (name, text, value)
      print(len(rows), len(header))
      """,
      [
        csv, ndjson,
        ColumnTable.embedded().columns(of: version).filter { $0.type == .decimal }.map(\.name)
          .joined(separator: ","),
      ])
    let columns = try ColumnTable.embedded().columns(of: version).count
    #expect(lines == ["\(try SampleCharges.all().count) \(columns)"])
  }

  /// Unit price × pricing quantity is the cost, by Python's decimal.
  @Test(.enabled(if: Python.isAvailable))
  func pricesTimesQuantitiesAreCosts() throws {
    let rows = try SampleCharges.rows(.v14).filter { $0["PricingQuantity"] != nil }
    #expect(rows.count >= 8)
    let text = rows.map { row in
      [
        "ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "ConsumedQuantity", "ListCost",
        "ContractedCost", "BilledCost",
      ].map { row[$0] ?? "missing" }.joined(separator: " ") + " " + (row["PricingUnit"] ?? "").prefix(8)
    }.joined(separator: "\n")
    let lines = try Python.lines(
      """
      from decimal import Decimal as D, getcontext
      import sys
      getcontext().prec = 100
      for line in sys.stdin:
          fields = line.split(); values = [D(text) for text in fields[:7]]
          lp, cp, pq, cq, lc, cc, billed = values
          for price, cost in ((lp, lc), (cp, cc)):
              assert abs(price * pq - cost) <= abs(cost) * D("1e-9"), line
          assert lc == cc == billed, line
          assert pq * (1000000 if fields[7] == "1000000" else 1) in (cq, cq * 1000), line
      print("all")
      """, input: Array(text.utf8))
    #expect(lines == ["all"])
  }

  @Test(arguments: FOCUSVersion.allCases)
  func nullsComeTogether(version: FOCUSVersion) throws {
    let rows = try SampleCharges.rows(version)
    #expect(try rows.count == SampleCharges.all().count && rows.count > SampleCharges.results.count)
    func bound(_ row: [String: String], _ columns: [String]) -> Bool {
      Set(columns.map { row[$0] == nil }).count == 1
    }
    for row in rows {
      // FOCUS: without a SKU price there is no quantity, unit, category or unit price either.
      let pricing = [
        "SkuPriceId", "PricingQuantity", "PricingUnit", "PricingCategory", "ListUnitPrice",
        "ContractedUnitPrice",
        "PricingCurrencyListUnitPrice", "PricingCurrencyContractedUnitPrice", "ConsumedQuantity",
        "ConsumedUnit",
      ]
      #expect(bound(row, pricing), "\(row)")
      if row["SkuPriceId"] != nil { #expect(row["SkuId"] != nil) }
      #expect(bound(row, ["SubAccountId", "SubAccountName", "SubAccountType"]), "\(row)")
      if row["SkuPriceDetails"] != nil { #expect(row["SkuPriceId"] != nil) }
      if row["x_CredentialName"] != nil { #expect(row["x_CredentialId"] != nil) }
      for name in ["x_PrincipalName", "x_PrincipalEmail", "x_PrincipalType"] where row[name] != nil {
        #expect(row["x_PrincipalId"] != nil)
      }
      #expect((row["SkuId"] == nil) == (row["x_LineItem"] == nil))
    }
    #expect(Set(rows.map { $0["PricingQuantity"] == nil }).count == 2, "both kinds must be among the samples")
    #expect(Set(rows.map { $0["SubAccountId"] == nil }).count == 2)
  }

  @Test(arguments: FOCUSVersion.allCases)
  func mandatoryColumnsAreFilled(version: FOCUSVersion) throws {
    for row in try SampleCharges.rows(version) {
      let names = [
        "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodStart",
        "BillingPeriodEnd", "ChargeCategory", "ChargeDescription", "ChargePeriodStart", "ChargePeriodEnd",
        "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ServiceCategory", "ServiceName",
        "x_UnblendedCost", "x_AttributionMethod",
      ]
      for name in names { #expect(row[name] != nil, "\(name)") }
      let costs = ["BilledCost", "EffectiveCost", "ContractedCost", "ListCost", "x_UnblendedCost"]
      #expect(Set(costs.map { row[$0] }).count == 1, "DESIGN C1")
    }
  }

  /// DESIGN C10: the parts of a cost line that was split say so, and nothing else does.
  @Test(arguments: [FOCUSVersion.v13, .v14])
  func splitRowsSayHowTheyWereSplit(version: FOCUSVersion) throws {
    let rows = try SampleCharges.rows(version)
    let split = rows.filter { $0["AllocatedMethodId"] != nil }
    #expect(split.count >= 3)
    for row in rows {
      #expect((row["AllocatedMethodId"] == nil) == (row["AllocatedMethodDetails"] == nil))
      #expect((row["AllocatedResourceId"] == nil) == (row["AllocatedResourceName"] == nil))
      if row["AllocatedMethodId"] == nil { #expect(row["AllocatedResourceId"] == nil) }
      #expect((row["x_AttributionMethod"] == "usage-share") == (row["AllocatedResourceId"] != nil))
    }
    let sum = try split.reduce(ExactDecimal.zero) { try $0 + ExactDecimal($1["BilledCost"] ?? "") }
    #expect(sum == 2)
    let quantity = try split.reduce(ExactDecimal.zero) { try $0 + ExactDecimal($1["ConsumedQuantity"] ?? "") }
    #expect(quantity == 400_000)
    #expect(Set(split.map { $0["AllocatedResourceId"] }) == ["key_1", "key_9", nil])
  }

  /// DESIGN C6.
  @Test func negativeAmountsAreCredits() throws {
    for row in try SampleCharges.rows(.v14) {
      let isNegative = row["BilledCost"]?.hasPrefix("-") == true
      #expect(row["ChargeCategory"] == (isNegative ? "Credit" : "Usage"))
      if isNegative { #expect(row["PricingQuantity"] == nil && row["ListUnitPrice"] == nil) }
    }
  }

  /// The money of the file is the money of the charges, to the last digit.
  @Test func costsAreTheAmounts() throws {
    let charges = try SampleCharges.all()
    for (row, charge) in zip(try SampleCharges.rows(.v13), charges) {
      #expect(try ExactDecimal(row["BilledCost"] ?? "") == charge.amount)
      #expect(row["BillingCurrency"] == charge.currency.code)
      if let quantity = row["ConsumedQuantity"] { #expect(try ExactDecimal(quantity) == charge.quantity) }
    }
  }

  @Test(arguments: FOCUSVersion.allCases)
  func valuesHaveTheFormOfTheirType(version: FOCUSVersion) throws {
    let columns = try ColumnTable.embedded().columns(of: version)
    var seen: Set<ColumnType> = []
    for row in try SampleCharges.rows(version) {
      for column in columns {
        guard let text = row[column.name] else { continue }
        seen.insert(column.type)
        switch column.type {
        case .dateTime:
          #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, "\(column.name) \(text)")
        case .decimal:
          #expect(text.wholeMatch(of: /-?(0|[1-9]\d*)\.\d+/) != nil, "\(column.name) \(text)")
        case .json:
          let isObject = try JSONParser().parse(Array(text.utf8)) { $0.kind == .object }
          #expect(isObject, "\(column.name) \(text)")
        case .string: #expect(!text.isEmpty)
        }
      }
    }
    #expect(seen.count == 4)
  }

  /// Rows do not depend on the rows before them, whose template they may share.
  @Test(arguments: [RowFormat.csv, .ndjson])
  func aRowIsTheSameAfterAnyOther(format: RowFormat) throws {
    let columns = try ColumnTable.embedded().columns(of: .v13)
    let charges = try SampleCharges.all()
    func row(_ charge: Charge, _ writer: inout RowWriter) throws -> [UInt8] {
      var out = ByteBuffer()
      try SampleCharges.forEachRecord(of: [charge]) { writer.append($0, to: &out) }
      return out.array
    }
    var shared = RowWriter(columns: columns, context: SampleCharges.context, format: format)
    for charge in charges + charges.reversed() {
      var fresh = RowWriter(columns: columns, context: SampleCharges.context, format: format)
      #expect(try row(charge, &shared) == row(charge, &fresh))
    }
  }

  /// Charges of one group, which differ in what a group's may differ in, and in a sign.
  @Test(arguments: [RowFormat.csv, .ndjson], [false, true])
  func aGroupsRowsAreThoseOfEachAlone(format: RowFormat, hasPrices: Bool) throws {
    let columns = try ColumnTable.embedded().columns(of: .v13)
    let prices = hasPrices ? try ListPriceTests.prices() : nil
    let charges = try SampleCharges.all().flatMap { charge in
      var other = charge
      other.amount = charge.amount + 1
      other.principalID = charge.principalID == nil ? "user-7" : nil
      other.apiKeyName = "laptop \"7\""
      var credit = charge
      credit.amount = -7
      var unmeasured = charge
      unmeasured.quantity = nil
      return [charge, charge, other, credit, other, unmeasured, other, charge]
    }
    var alone: [[UInt8]] = []
    try SampleCharges.forEachRecord(of: charges) { charge in
      var writer = RowWriter(columns: columns, context: SampleCharges.context, format: format, prices: prices)
      var out = ByteBuffer()
      writer.append(charge, to: &out)
      alone.append(out.array)
    }
    var writer = RowWriter(columns: columns, context: SampleCharges.context, format: format, prices: prices)
    var groups: Set<Int> = []
    var rows: [[UInt8]] = []
    try SampleCharges.forEachRecordInTurn(of: charges) { charge in
      var out = ByteBuffer()
      writer.append(charge, to: &out)
      rows.append(out.array)
      groups.insert(charge.group)
    }
    #expect(rows == alone)
    #expect(groups.count > 5 && groups.count <= charges.count / 8)
  }
}

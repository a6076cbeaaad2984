import JSONReader
import Spend
import Staging
import Testing

@Suite struct CostLineReaderTests {
  /// DESIGN C2: every form in which amounts have been seen, as a number and as text.
  @Test(arguments: [
    ("1.5", "1.5"), ("0", "0"), ("-0", "0"), ("-3.25", "-3.25"), ("1e-7", "0.0000001"), ("1E+3", "1000"),
    ("0E-6176", "0"), ("0.00", "0"), ("12.340", "12.34"), ("8400000.0", "8400000"),
    ("1.234567890123456789012345678901234", "1.234567890123456789012345678901234"),
    ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ("123456789012345678901234567890.1234", "123456789012345678901234567890.1234"),
  ])
  func readsEveryFormOfAmountExactly(text: String, expected: String) throws {
    for form in [text, "\"\(text)\""] {
      let line = try RawLineSupport.costLine(RawLineSupport.result(form, ["quantity": form]))
      #expect(line.amount.description == expected)
      #expect(line.quantity?.description == expected)
      #expect(line.currency == .usd)
    }
  }

  @Test(arguments: [
    "\"12abc\"", "\"1,5\"", "\"0x10\"", "\"NaN\"", "\"Infinity\"", "\"\"", "\" 1\"", "\"1 \"", "\"+1\"",
    "\".5\"",
    "\"1.\"", "\"1e999999999\"", "\"١\"", "1e999999999", "true", "[]", "[1]", "{\"value\":1}", "\"1\\u0030\"",
  ])
  func refusesEveryOtherAmount(form: String) {
    let error = #expect(throws: RefusedLine.self) {
      try RawLineSupport.costLine(RawLineSupport.result(form))
    }
    #expect(error?.reason.hasPrefix("amount.value") == true, "\(error?.reason ?? "")")
    let quantity = #expect(throws: RefusedLine.self) {
      try RawLineSupport.costLine(RawLineSupport.result("1", ["quantity": form]))
    }
    #expect(quantity?.reason.hasPrefix("quantity") == true)
  }

  /// DESIGN C3, and amounts that are no object.
  @Test(arguments: [
    ("{}", "amount is missing"), ("{\"amount\":null}", "amount is missing"),
    ("{\"amount\":1.5}", "amount is no object"), ("{\"amount\":{\"value\":1}}", "amount.currency is missing"),
    ("{\"amount\":{\"value\":1,\"currency\":null}}", "amount.currency is missing"),
    ("{\"amount\":{\"value\":1,\"currency\":7}}", "amount.currency is no text"),
    ("{\"amount\":{\"value\":1,\"currency\":\"\"}}", "amount.currency: the currency is missing"),
    ("{\"amount\":{\"value\":1,\"currency\":\"usdx\"}}", "amount.currency: \"usdx\""),
    ("{\"amount\":{\"value\":1,\"currency\":\"XXX\"}}", "amount.currency: \"XXX\""),
    ("{\"amount\":{\"value\":1,\"currency\":\"credits\"}}", "amount.currency: \"credits\""),
  ])
  func refusesAnAmountWithoutACurrency(result: String, reason: String) {
    let error = #expect(throws: RefusedLine.self) { try RawLineSupport.costLine(result) }
    #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
  }

  @Test(arguments: ["usd", "USD", "Usd"])
  func readsTheCurrencyInAnyCase(code: String) throws {
    let line = try RawLineSupport.costLine("{\"amount\":{\"value\":1,\"currency\":\"\(code)\"}}")
    #expect(line.currency.code == "USD")
  }

  @Test(arguments: ["{\"currency\":\"eur\"}", "{\"value\":null,\"currency\":\"eur\"}"])
  func aMissingAmountIsZeroAndCounted(amount: String) throws {
    var reader = CostLineReader()
    for count in 1...2 {
      let line = try RawLineSupport.parse("{\"amount\":\(amount)}") { try reader.read($0) }
      #expect(line.amount.isZero && line.currency.code == "EUR")
      #expect(reader.missingAmounts == count)
    }
    _ = try RawLineSupport.parse(RawLineSupport.result("0")) { try reader.read($0) }
    #expect(reader.missingAmounts == 2)
  }

  private static let dimensions: [(name: String, path: KeyPath<CostLine, String?> & Sendable)] = [
    ("line_item", \.lineItem), ("project_id", \.projectID), ("api_key_id", \.apiKeyID), ("user_id", \.userID),
    ("quantity_unit", \.quantityUnit),
  ]

  @Test func readsDimensions() throws {
    for (name, path) in Self.dimensions {
      func read(_ text: String) throws -> CostLine {
        try RawLineSupport.costLine(RawLineSupport.result("1", [name: text]))
      }
      #expect(try read("\"gpt-5, input\"")[keyPath: path] == "gpt-5, input")
      #expect(try read("\"\\u6f22 \\\"x\\\"\\n\"")[keyPath: path] == "漢 \"x\"\n")
      #expect(try read("null")[keyPath: path] == nil)
      #expect(try read("\"\"")[keyPath: path] == nil)
      for wrong in ["7", "true", "[]", "{}"] {
        let error = #expect(throws: RefusedLine.self) { try read(wrong) }
        #expect(error?.reason.hasPrefix(name) == true)
      }
      for (other, otherPath) in Self.dimensions where other != name {
        #expect(try read("\"x\"")[keyPath: otherPath] == nil, "\(name) must not show as \(other)")
      }
    }
    #expect(try RawLineSupport.costLine(RawLineSupport.result("1", ["quantity": "null"])).quantity == nil)
    #expect(try RawLineSupport.costLine(RawLineSupport.result()).quantity == nil)
  }

  @Test func undocumentedFieldsAreReadWhereTheyAreText() throws {
    let line = try RawLineSupport.costLine(
      RawLineSupport.result(
        "1", ["project_name": "\"Search\"", "user_email": "7", "organization_id": "\"org-1\"", "new": "[{}]"])
    )
    #expect(line.projectName == "Search" && line.userEmail == nil && line.organizationID == "org-1")
  }

  @Test(arguments: ["{}", "{\"result\":null}", "{\"result\":[]}", "[]", "7", "{\"organization\":\"acme\"}"])
  func refusesWhatIsNoEnvelope(line: String) {
    var reader = CostLineReader()
    #expect(throws: RefusedLine.self) {
      try JSONParser().parse(Array(line.utf8)) { try reader.read($0) }
    }
  }

  @Test func theEnvelopeTellsTheBucket() throws {
    let day = try #require(Day("2026-11-03"))
    let line =
      RawLine.prefix(organization: "a\"b", day: day, projectID: "proj_1") + Array("{\"x\":1.50}".utf8)
      + RawLine.suffix
    #expect(
      String(decoding: line, as: UTF8.self)
        == "{\"organization\":\"a\\\"b\",\"start_time\":1793664000,\"end_time\":1793750400,"
        + "\"project_id\":\"proj_1\",\"result\":{\"x\":1.50}}\n")
  }

  @Test func aRefusedPartitionNamesItsPlace() throws {
    let refused = RefusedPartition(
      organization: "acme", dataset: "costs", day: try #require(Day("2026-11-03")), line: 7, reason: "bad")
    #expect(refused.description == "organization acme, 2026-11-03, dataset costs, line 7: bad")
    #expect(refused.recovery == .refuseData)
  }
}

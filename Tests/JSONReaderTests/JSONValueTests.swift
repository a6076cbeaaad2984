import JSONReader
import Testing

@Suite struct JSONValueTests {
  static let page = #"""
    {"object":"page","data":[{"object":"bucket","start_time":1730419200,"end_time":1730505600,
      "results":[{"object":"organization.costs.result","amount":{"value":0E-6176,"currency":"usd"},
        "line_item":"gpt-4o, input","project_id":null, "na\u006de" : "a\"b\\c\u00e9\ud83d\ude00" },
        {"amount" : { "value":0.003627500000000000000000000000000000 }, "deep":[[],{},[1,-2.5e+10,true,false]]}
      ]}],
     "has_more":false,"next_page":null}
    """#

  private func parsed<R>(_ text: String, _ body: (JSONValue) throws -> R) throws -> R {
    try JSONParser().parse(Array(text.utf8), body)
  }

  @Test func readsMembersElementsAndScalars() throws {
    try parsed(Self.page) { root in
      #expect(root.kind == .object)
      #expect(root["has_more"]?.boolean == false)
      #expect(root["next_page"]?.isNull == true)
      #expect(root["absent"] == nil)
      let bucket = try elements(root["data"])[0]
      #expect(bucket["start_time"]?.integer == 1_730_419_200)
      let rows = try elements(bucket["results"])
      #expect(rows.count == 2)
      #expect(text(rows[0]["amount"]?["value"]) == "0E-6176")
      #expect(text(rows[1]["amount"]?["value"]) == "0.003627500000000000000000000000000000")
      #expect(rows[0]["name"]?.string == "a\"b\\cé😀")
      #expect(rows[0].member("name")?.string == "a\"b\\cé😀")
      #expect(rows[0]["line_item"]?.string == "gpt-4o, input")
      #expect(rows[0]["amount"]?.string == nil)
      let keys = try #require(rows[0].members).map { $0.key.string ?? "?" }
      #expect(keys == ["object", "amount", "line_item", "project_id", "name"])
      let deep = try elements(rows[1]["deep"])
      #expect(deep.map(\.kind) == [.array, .object, .array])
      #expect(deep[0].elements.map(Array.init)?.isEmpty == true)
      #expect(deep[2].elements.map(Array.init)?.map(\.kind) == [.number, .number, .true, .false])
      #expect(root.elements == nil)
      #expect(root["data"]?.members == nil)
    }
  }

  @Test func slicesContainersVerbatim() throws {
    try parsed(Self.page) { root in
      #expect(text(root) == Self.page)
      let data = try elements(root["data"])
      let rows = try elements(data[0]["results"])
      #expect(text(rows[1]).hasPrefix(#"{"amount" : { "value""#))
      #expect(text(rows[1]).hasSuffix(#"true,false]]}"#))
      #expect(text(rows[0]["amount"]) == #"{"value":0E-6176,"currency":"usd"}"#)
    }
    try parsed(" \n [ 1 , {  } , [ ] ]\t ") { root in
      #expect(text(root) == "[ 1 , {  } , [ ] ]")
      let slices = try elements(root).map(text)
      #expect(slices == ["1", "{  }", "[ ]"])
    }
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("9223372036854775807", Int.max),
    ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil),
    ("\"1\"", nil),
  ])
  func readsIntegersThatFit(literal: String, expected: Int?) throws {
    let inArray = try parsed("[\(literal)]") { try elements($0)[0].integer }
    #expect(inArray == expected)
    try parsed(literal) { #expect($0.integer == expected) }
  }

  @Test(arguments: [
    (#""""#, ""), (#""\ud800""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"), (#""\ud800\u0041""#, "\u{FFFD}A"),
    (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"), (#""\/\b\f\n\r\t\u0000""#, "/\u{8}\u{c}\n\r\t\0"),
  ])
  func resolvesEscapes(literal: String, expected: String) throws {
    try parsed(literal) { #expect($0.string == expected) }
    let keys = try parsed("{\(literal):1}") { root in
      try #require(root.members).map { $0.key.string }
    }
    #expect(keys == [expected])
  }

  @Test func firstOfTwoMembersWithOneName() throws {
    try parsed(#"{"a":1,"a":2}"#) { #expect($0["a"]?.integer == 1) }
  }

  @Test func aDocumentMayBeParsedWhileAnotherIsRead() throws {
    let parser = JSONParser()
    try parser.parse(Array(#"{"a":[1,2,3]}"#.utf8)) { outer in
      try parser.parse(Array(#"["x","y"]"#.utf8)) { inner in
        #expect(inner.elements.map(Array.init)?.compactMap(\.string) == ["x", "y"])
      }
      #expect(outer["a"]?.elements.map(Array.init)?.compactMap(\.integer) == [1, 2, 3])
    }
  }
}

/// The elements of what must be an array.
func elements(_ value: JSONValue?) throws -> [JSONValue] {
  Array(try #require(value?.elements))
}

/// The verbatim text of a value.
func text(_ value: JSONValue?) -> String {
  value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "(absent)"
}

import Diagnostics
import JSONReader
import Testing

/// Whatever arrives, the answer is a value or an error that says where.
@Suite struct HostileInputTests {
  @Test func everyTruncationIsAnError() throws {
    let page = Array(JSONValueTests.page.utf8)
    let parser = JSONParser()
    for count in 0..<page.count {
      #expect(throws: JSONSyntaxError.self, "cut at \(count)") {
        try parser.parse(Array(page[..<count])) { _ in }
      }
    }
    try parser.parse(page) { #expect($0.kind == .object) }
  }

  @Test func everyForeignByteEndsInAValueOrAnError() throws {
    let page = Array(JSONValueTests.page.utf8)
    let parser = JSONParser()
    for position in page.indices {
      for byte: UInt8 in [0x00, 0x0C, 0x1A, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0xC3, 0xFF] {
        var changed = page
        changed[position] = byte
        do {
          // Reading everything again must stay inside the document.
          let seen = try parser.parse(changed) { try reads($0) }
          #expect(seen > 0)
        } catch let error as JSONSyntaxError {
          #expect(error.recovery == .refuseData)
          #expect((error.offset ?? 0) <= page.count)
        }
      }
    }
  }

  private func reads(_ value: JSONValue) throws -> Int {
    var seen = value.bytes.count
    for element in value.elements.map(Array.init) ?? [] { seen += try reads(element) }
    for member in value.members.map(Array.init) ?? [] {
      seen += try #require(member.key.string).utf8.count
      seen += try reads(member.value)
    }
    return seen
  }

  @Test(
    arguments: [
      ("", 0, "the document is empty"), ("  \n", 3, "the document is empty"),
      ("{} {}", 3, "more than one value"), ("1 2", 2, "more than one value"),
      ("\"a\" ,", 4, "more than one value"), ("null]", 4, "more than one value"),
      ("[1,2]x", 5, "more than one value"),
      ("[12abc]", 3, "not a JSON number"), ("[0x10]", 2, "not a JSON number"),
      ("[01]", 2, "not a JSON number"),
      ("[1.]", 3, "not a JSON number"), ("[-]", 2, "not a JSON number"), ("[1e+]", 4, "not a JSON number"),
      ("{\"value\":1,5}", 11, nil), ("[NaN]", 1, nil), ("[.5]", 1, nil), ("[+1]", 1, nil),
      ("[truely]", 1, "not true, false or null"), ("[nul]", 1, "not true, false or null"),
      ("[\"\\q\"]", 2, "not a JSON escape"), ("{\"\\u12\":1}", 2, "not a JSON escape"),
      ("[\"a\nb\"]", nil, "a control character inside a string"),
      ("[\"a", 3, "the document ends too early"), ("[1,]", nil, nil), ("{\"a\":1,}", nil, nil),
      ("{\"a\" 1}", nil, nil), ("{\"a\":\"b\":1}", nil, nil), ("{1:2}", nil, nil), ("['a']", nil, nil),
      ("[1 2]", nil, nil), ("[[1}", nil, nil), ("\u{FEFF}{}", 0, nil), ("[1]//", nil, nil),
    ] as [(String, Int?, String?)])
  func refuses(document: String, offset: Int?, reason: String?) throws {
    let error = #expect(throws: JSONSyntaxError.self) {
      try JSONParser().parse(Array(document.utf8)) { _ in }
    }
    if let offset { #expect(error?.offset == offset) }
    if let reason { #expect(error?.reason == reason) }
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(document: [UInt8]) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONParser().parse(document) { _ in } }
    #expect(error?.reason == "not UTF-8")
  }

  @Test(arguments: ["[", "{\"a\":"]) func nestingIsLimited(open: String) throws {
    let close = open == "[" ? "]" : "}"
    func nested(_ depth: Int) -> [UInt8] {
      let inner = open == "[" ? "" : "0"
      return Array(
        (String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
    }
    try JSONParser().parse(nested(64)) { #expect($0.bytes.count == nested(64).count) }
    for depth in [65, 1025, 200_000] {
      let error = #expect(throws: JSONSyntaxError.self) { try JSONParser().parse(nested(depth)) { _ in } }
      #expect(error?.reason == "nested too deeply")
      #expect(error?.offset == 64 * open.utf8.count)
    }
    #expect(throws: JSONSyntaxError.self) {
      try JSONParser().parse(Array(String(repeating: open, count: 200_000).utf8)) { _ in }
    }
  }

  @Test(arguments: ["4", "]", "}", "\"", ",", " ", "\0"])
  func whatLiesBehindTheDocumentIsNotRead(filler: String) throws {
    let byte = try #require(filler.utf8.first)
    let parser = JSONParser()
    for length in 1...130 {
      // A number reaching to the last byte would go on into a digit behind it.
      let document = Array("[\(String(repeating: " ", count: length)){\"a\":1}]".utf8)
      let number = Array(String(repeating: "1", count: length).utf8)
      for text in [document, number] {
        let buffer = text + [UInt8](repeating: byte, count: 64)
        try buffer.withUnsafeBufferPointer { buffer in
          let slice = UnsafeBufferPointer(rebasing: buffer[..<text.count])
          try parser.parse(slice, capacity: buffer.count) { #expect($0.bytes.elementsEqual(text)) }
          #expect(throws: JSONSyntaxError.self) {
            let cut = UnsafeBufferPointer(rebasing: buffer[..<(document.count - 1)])
            try parser.parse(text == document ? cut : UnsafeBufferPointer(start: nil, count: 0)) { _ in }
          }
        }
      }
    }
  }

  @Test func excerptsAreShortAndHideKeys() throws {
    let key = "sk-admin-" + String(repeating: "Ab1_", count: 40)
    for lead in 0..<120 {
      let document = String(repeating: " ", count: lead) + "[\"\(key)\" oops]"
      let error = #expect(throws: JSONSyntaxError.self) {
        try JSONParser().parse(Array(document.utf8)) { _ in }
      }
      let excerpt = try #require(error?.excerpt)
      #expect(excerpt.utf8.count <= 60)
      #expect(!"\(try #require(error))".contains("Ab1"))
    }
    #expect(Excerpt.of("key sk-proj-abc is\nwrong", limit: 300) == "key sk-******** is wrong")
    #expect(Excerpt.of("abcdef", limit: 3) == "abc…")
  }
}

import Spend
import Testing

@Suite struct LineItemTests {
  /// Against the reference expression, run by Python's re: see Reference/line_items.py.
  @Test(.enabled(if: PythonReference.isAvailable, PythonReference.missing))
  func agreesWithTheReferenceExpression() throws {
    let lines = try PythonReference.lines(of: "line_items.py", "40000", "20261123")
    #expect(lines.count == 40_000)
    var items: [[UInt8]: String] = [:]
    for line in lines {
      let fields = try line.split(separator: UInt8(ascii: " ")).map(decoded)
      let text = try #require(fields[0])
      let item = LineItem(text)
      if fields.count == 2 {
        #expect(item.meter == nil, "\(text.debugDescription) must not parse")
        #expect(item.skuId == text && item.skuPriceId == text)
        continue
      }
      let found = [
        item.meter?.prefix, item.model, item.modality?.rawValue, item.meter?.kindText, item.qualifier,
      ]
      #expect(
        found.map { $0.map { Array($0.utf8) } } == fields[1...].map { $0.map { Array($0.utf8) } }, "\(text)")
      #expect(item.text == text && !item.isUnparsed)
      let other = items.updateValue(text, forKey: Array(item.skuPriceId.utf8))
      #expect(other == nil, "\(text.debugDescription) and \(other ?? "") share \(item.skuPriceId)")
      #expect(item.skuPriceId.utf8.starts(with: (item.skuId + "/").utf8))
    }
    #expect(items.count > 5_000, "too few texts that follow the grammar")
  }

  private func decoded(_ field: ArraySlice<UInt8>) throws -> String? {
    guard field.first == UInt8(ascii: "x") else { return nil }
    let digits = Array(field.dropFirst())
    let bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
      try #require(UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func readsEveryPart() throws {
    let item = LineItem("priority | gpt-5.6-sol, output, long context")
    #expect(item.serviceTier == .priority)
    #expect(item.surface == nil)
    #expect(item.model == "gpt-5.6-sol")
    #expect(item.modality == nil)
    #expect(item.kind == .output)
    #expect(item.qualifier == "long context")
    #expect(item.tokenDirection == .output)
    #expect(item.tokenCacheAction == nil)
    #expect(item.skuMeter == "Output Tokens")
    #expect(item.skuId == "gpt-5.6-sol/output/long context")
    #expect(item.skuPriceId == "gpt-5.6-sol/output/long context/priority")
  }

  @Test func aPrefixThatIsNoTierIsASurface() {
    let item = LineItem("evals | gpt-4o-mini-2024-07-18, input")
    #expect(item.serviceTier == nil)
    #expect(item.surface == "evals")
    #expect(item.skuId == "gpt-4o-mini-2024-07-18/input")
    #expect(item.skuPriceId == "gpt-4o-mini-2024-07-18/input/evals")
  }

  @Test(arguments: [
    ("gpt-5.2-2025-12-11, input", "gpt-5.2-2025-12-11/input", "Input Tokens", "Input", "Uncached"),
    ("gpt-5.6-sol, cached input", "gpt-5.6-sol/cached input", "Cached Input Tokens", "Input", "Read"),
    ("gpt-5.6-sol, cache writes", "gpt-5.6-sol/cache writes", "Cache Write Tokens", "Input", "Write"),
    ("gpt-audio-mini audio, input", "gpt-audio-mini/audio/input", "Audio Input Tokens", "Input", "Uncached"),
    (
      "gpt-image-1 image, cached input", "gpt-image-1/image/cached input", "Image Cached Input Tokens",
      "Input",
      "Read"
    ),
    ("gpt-6-astra, input_tokens", "gpt-6-astra/input_tokens", "Input Tokens", "Input", "Uncached"),
  ])
  func namesWhatIsCounted(text: String, skuId: String, meter: String, direction: String, cache: String) {
    let item = LineItem(text)
    #expect(item.skuId == skuId)
    #expect(item.skuPriceId == skuId + "/standard")
    #expect(item.skuMeter == meter)
    #expect(item.tokenDirection?.rawValue == direction)
    #expect(item.tokenCacheAction?.rawValue == cache)
  }

  @Test func aSkuIsTheSameInAllTiers() {
    let texts = ["gpt-5, input", "flex | gpt-5, input", "priority | gpt-5, input", "standard | gpt-5, input"]
    #expect(Set(texts.map { LineItem($0).skuId }) == ["gpt-5/input"])
    #expect(Set(texts.map { LineItem($0).skuPriceId }).count == texts.count)
  }

  @Test(arguments: [
    ("a/audio, input", "a audio, input"),
    ("a, input", "standard | a, input"),
    ("a, input", "a, input_tokens"),
    ("a, input, b/standard", "b/standard | a, input"),
    ("a, input, standard", "standard | a, input"),
    ("x/y | a, input", "x%2Fy | a, input"),
    ("standard | a, input", "%73tandard | a, input"),
    ("a, input, long context", "long context | a, input"),
  ])
  func differentLineItemsHaveDifferentPrices(one: String, other: String) {
    #expect(LineItem(one).meter != nil && LineItem(other).meter != nil)
    #expect(LineItem(one).skuPriceId != LineItem(other).skuPriceId)
  }

  @Test(arguments: [
    ("web search tool calls", "Tool Calls"), ("Web search tool calls", "Tool Calls"),
    ("file search tool calls", "Tool Calls"), ("assistants api | file search", "File Search"),
    ("whisper", "Audio Seconds"), ("Vector store storage", "Storage"), ("Credit", "Credit"),
    ("dall-e 3, standard, 1024x1792, 1792x1024", "Images"), ("tts-1-hd", "Characters"),
    ("code interpreter", "Sessions"),
  ])
  func recognisesLabelsWithoutGuessingAModel(text: String, meter: String) {
    let item = LineItem(text)
    #expect(item.skuMeter == meter)
    #expect(!item.isUnparsed)
    #expect(item.model == nil && item.kind == nil && item.tokenDirection == nil)
    #expect(item.skuId == text && item.skuPriceId == text)
  }

  @Test(arguments: [
    "", "Completions", "model input", "gpt-live-1, voice session", "whisper large", "dall-e 3,",
  ])
  func whatIsNeitherStaysWhole(text: String) {
    let item = LineItem(text)
    #expect(item.isUnparsed)
    #expect(item.skuMeter == nil && item.model == nil)
    #expect(item.skuId == text && item.skuPriceId == text)
  }

  @Test func onlyOutputHasNoCacheAction() {
    for kind in TokenKind.allCases {
      #expect((kind.cacheAction == nil) == (kind.direction == .output))
    }
  }
}

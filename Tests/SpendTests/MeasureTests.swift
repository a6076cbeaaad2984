import Spend
import Testing

@Suite struct MeasureTests {
  /// Units seen on the wire, and units to come (DESIGN C5).
  @Test(arguments: [
    ("tokens", "Tokens", "1000000 Tokens", -6), ("1000_tokens", "1000 Tokens", "1000000 Tokens", -3),
    ("duration_seconds", "Seconds", "Seconds", 0), ("duration_minutes", "Minutes", "Minutes", 0),
    ("duration_hours", "Hours", "Hours", 0), ("gibibyte_hours", "GiB-Hours", "GiB-Hours", 0),
    ("images", "Images", "Images", 0), ("voice_sessions", "Voice Sessions", "Voice Sessions", 0),
    ("request", "Requests", "Requests", 0),
  ])
  func putsUnitsIntoWords(unit: String, consumed: String, pricing: String, shift: Int) {
    for lineItem in [LineItem("gpt-5, input"), LineItem("Credit"), nil] {
      let measure = Measure(unit: unit, lineItem: lineItem)
      #expect(measure.consumedUnit == consumed)
      #expect(measure.pricingUnit == pricing)
      #expect(measure.pricingShift == shift)
      #expect(!measure.isAssumed)
    }
  }

  /// What cannot be put into words is one unit, and said to be assumed.
  @Test(arguments: ["", "_", "m²", "a,b", "1_000", "tokens/second", String(repeating: "long_", count: 20)])
  func unknownUnitsAreUnits(unit: String) {
    let measure = Measure(unit: unit, lineItem: LineItem("gpt-5, input"))
    #expect(measure.consumedUnit == "Units" && measure.pricingUnit == "Units")
    #expect(measure.pricingShift == 0 && measure.isAssumed)
  }

  /// Where the API names no unit, the line item says what is counted, or nobody does.
  @Test(arguments: [
    ("gpt-5, input", "Tokens", "1000000 Tokens"), ("gpt-audio audio, output", "Tokens", "1000000 Tokens"),
    ("web search tool calls", "Calls", "Calls"), ("whisper", "Seconds", "Seconds"),
    ("Credit", "Units", "Units"), ("gpt-live-1, voice session", "Units", "Units"), (nil, "Units", "Units"),
  ])
  func withoutAUnitTheLineItemTells(lineItem: String?, consumed: String, pricing: String) {
    let measure = Measure(unit: nil, lineItem: lineItem.map { LineItem($0) })
    #expect(measure.consumedUnit == consumed && measure.pricingUnit == pricing && measure.isAssumed)
  }
}

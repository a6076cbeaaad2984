import Testing

@testable import Spend

@Suite struct ModelNameTests {
  private func matches(_ model: String, _ candidates: Set<String>, claimed: Set<String> = []) -> [String] {
    ModelName.matches(model, among: candidates, claimed: claimed)
  }

  @Test func exactComesFirst() {
    #expect(matches("gpt-5", ["gpt-5", "gpt-5-2026-01-01"]) == ["gpt-5"])
    #expect(matches("gpt-5-2026-01-01", ["gpt-5", "gpt-5-2026-01-01"]) == ["gpt-5-2026-01-01"])
  }

  @Test(arguments: [
    ("whisper", "whisper-1"), ("dall-e 3", "dall-e-3"), ("DALL-E 3", "dall-e-3"), ("Whisper", "whisper-1"),
  ])
  func spellingsOfOneModel(cost: String, usage: String) {
    #expect(matches(cost, [usage, "gpt-5"]) == [usage])
  }

  @Test func datesAreDroppedBothWays() {
    #expect(matches("gpt-image-1", ["gpt-image-1-2025-04-23", "gpt-5"]) == ["gpt-image-1-2025-04-23"])
    #expect(matches("gpt-image-2-2026-04-21", ["gpt-image-2", "gpt-5"]) == ["gpt-image-2"])
  }

  @Test func twoCandidatesAreNone() {
    #expect(matches("gpt-5", ["gpt-5-2026-01-01", "gpt-5-2026-02-01"]).isEmpty)
  }

  @Test func whatAnotherLineNamesIsItsOwn() {
    let candidates: Set = ["gpt-5-2026-01-01", "gpt-5-2026-02-01"]
    #expect(matches("gpt-5", candidates, claimed: ["gpt-5-2026-01-01"]) == ["gpt-5-2026-02-01"])
    #expect(matches("gpt-5", ["gpt-5-2026-01-01"], claimed: ["gpt-5-2026-01-01"]).isEmpty)
  }

  @Test func fineTunedModelsOfOneBase() {
    let candidates: Set = [
      "ft:gpt-4o-2024-08-06:acme::A1", "ft:gpt-4o-2024-08-06:acme::B2", "ft:gpt-4.1-2025-04-14:acme::C3",
      "gpt-4o-2024-08-06",
    ]
    #expect(
      matches("ft-gpt-4o-2024-08-06", candidates)
        == ["ft:gpt-4o-2024-08-06:acme::A1", "ft:gpt-4o-2024-08-06:acme::B2"])
    #expect(matches("gpt-4o-2024-08-06", candidates) == ["gpt-4o-2024-08-06"])
    #expect(matches("ft-gpt-4.1", candidates) == ["ft:gpt-4.1-2025-04-14:acme::C3"])
    #expect(matches("gpt-4.1", candidates).isEmpty, "a fine-tuned model is another model than its base")
  }

  @Test(arguments: ["gpt-5-2026-1-01", "gpt-5-20260101", "2026-01-01"])
  func onlyWholeDatesAreDates(name: String) {
    #expect(ModelName.undated(name) == name)
  }
}

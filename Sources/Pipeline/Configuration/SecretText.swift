/// Tells words that a person wrote from what may be an admin key in the wrong place of the file: messages are
/// logged, and a key never is (DESIGN, section 4).
enum SecretText {
  /// Whether a text may be a key: those of OpenAI start with `sk-`.
  static func mayBe(_ text: String) -> Bool {
    text.lowercased().hasPrefix("sk-")
  }

  /// A text in quotes for a message, or words in its place.
  static func masked(_ text: String) -> String {
    mayBe(text) || text.utf8.count > 40 ? "(not shown: it may be an admin key)" : "\"\(text)\""
  }
}

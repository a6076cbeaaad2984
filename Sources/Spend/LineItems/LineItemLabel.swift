/// A line item without a model whose meter is known nonetheless: `web search tool calls`.
///
/// Recognising a label says what is counted, never which model it was for.
public struct LineItemLabel: Sendable, Hashable {
  /// FOCUS SkuMeter: `Tool Calls`.
  public let meter: String

  /// Looks a line item up, in any case; nil where it is no known label.
  public init?(_ text: String) {
    let label = text.lowercased()
    let meter = Self.whole[label] ?? Self.openings.first { label.hasPrefix($0.opening) }?.meter
    guard let meter else { return nil }
    self.meter = meter
  }

  /// Labels that are the whole line item. Seen in answers of the Costs API: web search tool calls,
  /// whisper (counted in seconds), assistants api | file search (whether calls or storage is not said).
  /// The others stand in published fixtures or in the names of the usage endpoints.
  private static let whole: [String: String] = [
    "web search tool calls": "Tool Calls",
    "file search tool calls": "Tool Calls",
    "assistants api | file search": "File Search",
    "assistants api | code interpreter": "Sessions",
    "code interpreter": "Sessions",
    "code interpreter sessions": "Sessions",
    "vector store storage": "Storage",
    "whisper": "Audio Seconds",
    "whisper-1": "Audio Seconds",
    "tts": "Characters",
    "tts-1": "Characters",
    "tts-1-hd": "Characters",
    "dall-e 2": "Images",
    "dall-e 3": "Images",
    "image models": "Images",
    "credit": "Credit",
  ]

  /// Labels that go on with details: `dall-e 3, standard, 1024x1792, 1792x1024`.
  private static let openings: [(opening: String, meter: String)] = [
    ("dall-e 2, ", "Images"),
    ("dall-e 3, ", "Images"),
  ]
}

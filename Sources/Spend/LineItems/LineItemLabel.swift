/// A line item without a token kind whose service is known nonetheless: `web search tool calls`.
///
/// Recognising a label says what is counted, never which model it was for.
public struct LineItemLabel: Sendable, Hashable {
  /// What was bought.
  public enum Service: Sendable, Hashable, CaseIterable {
    case webSearch, fileSearch, assistantsFileSearch, codeInterpreter, vectorStorage
    case transcription, speech, images, credit
  }

  public let service: Service

  /// Looks a line item up, in any case; nil where it is no known label.
  public init?(_ text: String) {
    let label = text.lowercased()
    guard
      let service = Self.whole[label] ?? Self.openings.first(where: { label.hasPrefix($0.opening) })?.service
    else { return nil }
    self.service = service
  }

  /// FOCUS SkuMeter: `Tool Calls`.
  public var meter: String {
    switch service {
    case .webSearch, .fileSearch: "Tool Calls"
    case .assistantsFileSearch: "File Search"
    case .codeInterpreter: "Sessions"
    case .vectorStorage: "Storage"
    case .transcription: "Audio Seconds"
    case .speech: "Characters"
    case .images: "Images"
    case .credit: "Credit"
    }
  }

  /// What is counted where the API names no unit; nil where the label does not tell.
  public var unit: String? {
    switch service {
    case .webSearch, .fileSearch: "Calls"
    case .codeInterpreter: "Sessions"
    case .transcription: "Seconds"
    case .speech: "Characters"
    case .images: "Images"
    case .assistantsFileSearch, .vectorStorage, .credit: nil
    }
  }

  /// Labels that are the whole line item. Seen in answers of the Costs API: web search tool calls,
  /// whisper (counted in seconds), assistants api | file search (whether calls or storage is not said).
  /// The others stand in published fixtures or in the names of the usage endpoints.
  private static let whole: [String: Service] = [
    "web search tool calls": .webSearch,
    "file search tool calls": .fileSearch,
    "assistants api | file search": .assistantsFileSearch,
    "assistants api | code interpreter": .codeInterpreter,
    "code interpreter": .codeInterpreter,
    "code interpreter sessions": .codeInterpreter,
    "vector store storage": .vectorStorage,
    "whisper": .transcription,
    "whisper-1": .transcription,
    "tts": .speech,
    "tts-1": .speech,
    "tts-1-hd": .speech,
    "dall-e 2": .images,
    "dall-e 3": .images,
    "image models": .images,
    "credit": .credit,
  ]

  /// Labels that go on with details: `dall-e 3, standard, 1024x1792, 1792x1024`.
  private static let openings: [(opening: String, service: Service)] = [
    ("dall-e 2, ", .images),
    ("dall-e 3, ", .images),
  ]
}

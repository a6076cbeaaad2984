/// Everything that is charged by another unit than a completion's tokens, with the names that usage and
/// costs give it. Line items are those seen on bills or in OpenAI's examples, as awkward as they are.
enum UnitPrice: Int, CaseIterable, Sendable {
  case embeddingSmall, embeddingLarge, embeddingAda
  case whisper, transcribe
  case speech, speechMini
  case dallE3Square, dallE3Wide, dallE2
  case webSearch, fileSearch, codeInterpreter, vectorStorage, assistantsFileSearch
  case voiceSession, video, scaleTier, unassigned, credit
  case moderation

  var lineItem: String {
    switch self {
    case .embeddingSmall: "text-embedding-3-small, input"
    case .embeddingLarge: "text-embedding-3-large, input"
    case .embeddingAda: "text-embedding-ada-002-v2, input"
    case .whisper: "whisper"
    case .transcribe: "gpt-4o-mini-transcribe audio, input"
    case .speech: "tts"
    case .speechMini: "gpt-4o-mini-tts audio, output"
    case .dallE3Square: "dall-e 3, standard, 1024x1024"
    case .dallE3Wide: "dall-e 3, standard, 1024x1792, 1792x1024"
    case .dallE2: "dall-e 2, 512x512"
    case .webSearch: "web search tool calls"
    case .fileSearch: "file search tool calls"
    case .codeInterpreter: "code interpreter sessions"
    case .vectorStorage: "Vector store storage"
    case .assistantsFileSearch: "assistants api | file search"
    case .voiceSession: "gpt-live-1, voice session"
    case .video: "sora-2, 1280x720"
    case .scaleTier: "Scale Tier"
    case .unassigned: "gpt-4o-mini-2024-07-18, input"
    case .credit: "Credit"
    case .moderation: "omni-moderation-latest"
    }
  }

  /// The model in usage rows, where that endpoint has models.
  var usageModel: String? {
    switch self {
    case .embeddingSmall: "text-embedding-3-small"
    case .embeddingLarge: "text-embedding-3-large"
    case .embeddingAda: "text-embedding-ada-002-v2"
    case .whisper: "whisper-1"
    case .transcribe: "gpt-4o-mini-transcribe"
    case .speech: "tts-1"
    case .speechMini: "gpt-4o-mini-tts"
    case .dallE3Square, .dallE3Wide: "dall-e-3"
    case .dallE2: "dall-e-2"
    case .moderation: "omni-moderation-2024-09-26"
    default: nil
    }
  }

  var quantityUnit: String? {
    switch self {
    case .embeddingSmall, .embeddingLarge, .transcribe, .speechMini, .unassigned, .moderation: "tokens"
    case .embeddingAda: "1000_tokens"
    case .whisper, .video: "duration_seconds"
    case .voiceSession: "duration_minutes"
    case .speech: "characters"
    case .dallE3Square, .dallE3Wide, .dallE2: "images"
    case .vectorStorage, .assistantsFileSearch: "gibibyte_hours"
    case .codeInterpreter: "sessions"
    case .fileSearch: "requests"
    case .webSearch, .scaleTier, .credit: nil
    }
  }

  /// Money units (1e-24 dollars) of one counted unit.
  var money: Int128 {
    let nanoDollars: Int128 =
      switch self {
      case .embeddingSmall: 20
      case .embeddingLarge: 130
      case .embeddingAda: 100
      case .whisper: 100_000
      case .transcribe: 1_250
      case .speech: 15_000
      case .speechMini: 12_000
      case .dallE3Square: 40_000_000
      case .dallE3Wide: 80_000_000
      case .dallE2: 18_000_000
      case .webSearch: 10_000_000
      case .fileSearch: 2_500_000
      case .codeInterpreter: 30_000_000
      case .voiceSession: 47_000_000
      case .video: 100_000_000
      case .unassigned: 150
      case .vectorStorage, .assistantsFileSearch, .scaleTier, .credit, .moderation: 0
      }
    switch self {
    // Ten cents a gibibyte and day, per hour: a number that no binary fraction holds.
    case .vectorStorage, .assistantsFileSearch: return 4_166_666_666_666_667_000_000
    default: return nanoDollars * 1_000_000_000_000_000
    }
  }

  var divisor: Int128 { self == .embeddingAda ? 1000 : 1 }
}

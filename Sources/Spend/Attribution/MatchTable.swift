/// Where the usage behind a cost line is counted, and in what: the one table of DESIGN C8.
struct MatchRule: Sendable, Hashable {
  /// The usage service.
  let service: String
  /// What is added up; where a row lacks it, `fallback` decides.
  let measure: UsageMeasure
  let fallback: Fallback
  /// The FOCUS unit of the measure. Where the cost line is counted in the same unit, cost without usage shows.
  let unit: String
  /// Whether the service's rows name a model that has to be the cost line's.
  let matchesModel: Bool

  enum Fallback: Sendable, Hashable {
    case nothing
    /// `input - cached - cache write`, for answers from before `input_uncached_tokens`.
    case derivedUncachedInput
  }

  init(
    _ service: String, _ measure: UsageMeasure, unit: String, fallback: Fallback = .nothing,
    matchesModel: Bool = true
  ) {
    self.service = service
    self.measure = measure
    self.unit = unit
    self.fallback = fallback
    self.matchesModel = matchesModel
  }
}

enum MatchTable {
  /// The rules for a line item, in the order in which they are tried: the first service that knows the model
  /// counts.
  static func rules(for lineItem: LineItem) -> [MatchRule] {
    switch lineItem.reading {
    case .meter(let meter): tokens(meter.kind, meter.modality)
    case .label(let label): service(label.service)
    case .unparsed: []
    }
  }

  private static func tokens(_ kind: TokenKind, _ modality: Modality?) -> [MatchRule] {
    let measure = tokenMeasure(kind, modality)
    let fallback: MatchRule.Fallback = measure == .inputUncachedTokens ? .derivedUncachedInput : .nothing
    var rules = ["completions", "decisions"].map {
      MatchRule($0, measure, unit: "Tokens", fallback: fallback)
    }
    if kind == .input {
      rules += ["embeddings", "moderations"].map { MatchRule($0, .inputTokens, unit: "Tokens") }
    }
    // Speech and transcription models are billed in tokens and counted in characters and seconds.
    rules += [
      MatchRule("audio_transcriptions", .seconds, unit: "Seconds"),
      MatchRule("audio_speeches", .characters, unit: "Characters"),
      MatchRule("images", .images, unit: "Images"),
    ]
    return rules
  }

  private static func tokenMeasure(_ kind: TokenKind, _ modality: Modality?) -> UsageMeasure {
    switch (kind, modality) {
    case (.input, nil): .inputUncachedTokens
    case (.input, .text?): .inputTextTokens
    case (.input, .audio?): .inputAudioTokens
    case (.input, .image?): .inputImageTokens
    case (.cachedInput, nil): .inputCachedTokens
    case (.cachedInput, .text?): .inputCachedTextTokens
    case (.cachedInput, .audio?): .inputCachedAudioTokens
    case (.cachedInput, .image?): .inputCachedImageTokens
    case (.cacheWrite, _): .inputCacheWriteTokens
    case (.output, nil): .outputTokens
    case (.output, .text?): .outputTextTokens
    case (.output, .audio?): .outputAudioTokens
    case (.output, .image?): .outputImageTokens
    }
  }

  private static func service(_ service: LineItemLabel.Service) -> [MatchRule] {
    switch service {
    case .webSearch: [MatchRule("web_search_calls", .requests, unit: "Calls", matchesModel: false)]
    case .fileSearch, .assistantsFileSearch:
      [MatchRule("file_search_calls", .requests, unit: "Calls", matchesModel: false)]
    case .transcription: [MatchRule("audio_transcriptions", .seconds, unit: "Seconds")]
    case .speech: [MatchRule("audio_speeches", .characters, unit: "Characters")]
    case .images: [MatchRule("images", .images, unit: "Images")]
    // Counted by project only: no usage row names a key or a user.
    case .codeInterpreter, .vectorStorage, .credit: []
    }
  }
}

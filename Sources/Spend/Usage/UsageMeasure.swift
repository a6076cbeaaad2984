/// What a usage row can count, over all services; each in the unit its name tells.
public enum UsageMeasure: String, Sendable, Hashable, CaseIterable {
  case modelRequests = "num_model_requests"
  case requests = "num_requests"
  case sessions = "num_sessions"
  case inputTokens = "input_tokens"
  case inputUncachedTokens = "input_uncached_tokens"
  case inputCachedTokens = "input_cached_tokens"
  case inputCacheWriteTokens = "input_cache_write_tokens"
  case inputCacheWrite30mTokens = "input_cache_write_30m_tokens"
  case inputCacheWrite12hTokens = "input_cache_write_12h_tokens"
  case inputTextTokens = "input_text_tokens"
  case inputAudioTokens = "input_audio_tokens"
  case inputImageTokens = "input_image_tokens"
  case inputCachedTextTokens = "input_cached_text_tokens"
  case inputCachedAudioTokens = "input_cached_audio_tokens"
  case inputCachedImageTokens = "input_cached_image_tokens"
  case outputTokens = "output_tokens"
  case outputTextTokens = "output_text_tokens"
  case outputAudioTokens = "output_audio_tokens"
  case outputImageTokens = "output_image_tokens"
  case images
  case characters
  case seconds
  case usageBytes = "usage_bytes"

  /// Position in ``allCases``.
  var index: Int { Self.positions[self] ?? 0 }

  private static let positions = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}

/// What a usage row can be grouped by, over all services.
public enum UsageDimension: String, Sendable, Hashable, CaseIterable {
  case project = "project_id"
  case user = "user_id"
  case apiKey = "api_key_id"
  case model
  case batch
  case serviceTier = "service_tier"
  case size
  case source
  case vectorStore = "vector_store_id"
  case contextLevel = "context_level"
  case apiSource = "api_source"

  var index: Int { Self.positions[self] ?? 0 }

  private static let positions = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}

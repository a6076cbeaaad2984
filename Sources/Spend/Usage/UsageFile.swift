import JSONReader
import Staging

/// The form of `usage.csv.gz`: every row of every usage service with all its dimensions and measures, as the
/// API counted them.
///
/// Usage adds no money (DESIGN, section 1); usage without a cost line lives here only (C13).
public enum UsageFile {
  public static let name = "usage.csv.gz"

  /// What a usage row can be grouped by, over all services.
  public static let dimensions = [
    "project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "size", "source",
    "vector_store_id", "context_level", "api_source",
  ]

  /// What a usage row can count, over all services; each in the unit its name tells.
  public static let measures = [
    "num_model_requests", "num_requests", "num_sessions", "input_tokens", "input_uncached_tokens",
    "input_cached_tokens", "input_cache_write_tokens", "input_cache_write_30m_tokens",
    "input_cache_write_12h_tokens", "input_text_tokens", "input_audio_tokens", "input_image_tokens",
    "input_cached_text_tokens", "input_cached_audio_tokens", "input_cached_image_tokens",
    "output_tokens", "output_text_tokens", "output_audio_tokens", "output_image_tokens",
    "images", "characters", "seconds", "usage_bytes",
  ]

  /// `service` first, then dimensions and measures, then whether the token kinds add up (`token_check`) and,
  /// as one JSON object, the fields that this version does not know (`other_fields`).
  public static let header = ["service"] + dimensions + measures + ["token_check", "other_fields"]
}

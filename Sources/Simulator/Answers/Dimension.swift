/// What rows can be grouped by; raw values are the API's.
enum Dimension: String, Sendable, CaseIterable {
  case project = "project_id"
  case user = "user_id"
  case key = "api_key_id"
  case model
  case batch
  case tier = "service_tier"
  case apiSource = "api_source"
  case size
  case source
  case contextLevel = "context_level"
  case vectorStore = "vector_store_id"
  case lineItem = "line_item"
}

/// What rows can be narrowed to; raw values are the API's.
enum Filter: String, Sendable, CaseIterable {
  case projects = "project_ids"
  case users = "user_ids"
  case keys = "api_key_ids"
  case models
  case batch
  case sizes
  case sources
  case vectorStores = "vector_store_ids"
  case contextLevels = "context_levels"
  case lineItems = "line_items"

  /// The closed list of values, where there is one.
  var values: [String]? {
    switch self {
    case .sizes: Self.imageSizes
    case .sources: Self.imageSources
    case .contextLevels: Self.levels
    default: nil
    }
  }

  static let imageSizes = ["256x256", "512x512", "1024x1024", "1792x1792", "1024x1792"]
  static let imageSources = ["image.generation", "image.edit", "image.variation"]
  static let levels = ["low", "medium", "high"]
}

/// A usage endpoint of the published schema.
struct UsageEndpoint: Sendable {
  /// The last part of the path.
  enum Name: String, Sendable, CaseIterable {
    case completions, decisions, embeddings, moderations, images
    case audioSpeeches = "audio_speeches"
    case audioTranscriptions = "audio_transcriptions"
    case vectorStores = "vector_stores"
    case codeInterpreterSessions = "code_interpreter_sessions"
    case fileSearchCalls = "file_search_calls"
    case webSearchCalls = "web_search_calls"
  }

  var name: Name
  /// `object` of a row; two of them differ from the path.
  var object: String
  var dimensions: [Dimension]
  var filters: [Filter]

  init(_ name: Name) {
    self.name = name
    let word =
      switch name {
      case .fileSearchCalls: "file_searches"
      case .webSearchCalls: "web_searches"
      default: name.rawValue
      }
    object = "organization.usage.\(word).result"
    let who: [Dimension] = [.project, .user, .key]
    let whom: [Filter] = [.projects, .users, .keys]
    switch name {
    case .completions, .decisions:
      dimensions = who + [.model, .batch, .tier, .apiSource]
      filters = whom + [.models, .batch]
    case .embeddings, .moderations, .audioSpeeches, .audioTranscriptions:
      dimensions = who + [.model]
      filters = whom + [.models]
    case .images:
      dimensions = who + [.model, .size, .source]
      filters = whom + [.models, .sizes, .sources]
    case .vectorStores, .codeInterpreterSessions:
      dimensions = [.project]
      filters = [.projects]
    case .fileSearchCalls:
      dimensions = who + [.vectorStore]
      filters = whom + [.vectorStores]
    case .webSearchCalls:
      dimensions = who + [.model, .contextLevel, .apiSource]
      filters = whom + [.models, .contextLevels]
    }
  }
}

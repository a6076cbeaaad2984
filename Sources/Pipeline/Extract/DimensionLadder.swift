import OpenAIAdmin

/// The dimension sets that costs are asked for, the richest first (DESIGN C7).
enum DimensionLadder {
  static let steps = [
    ["project_id", "line_item", "api_key_id", "user_id"],
    ["project_id", "line_item", "api_key_id"],
    ["project_id", "line_item"],
  ]

  /// The step of a remembered dimension set; the first for one that is not on the ladder.
  static func step(of dimensions: [String]?) -> Int {
    dimensions.flatMap { steps.firstIndex(of: $0) } ?? 0
  }

  /// Whether the API refused the dimensions, and not the window or the key.
  static func isRefused(_ error: APIError) -> Bool { error.status == 400 && !error.isBeyondHistory }
}

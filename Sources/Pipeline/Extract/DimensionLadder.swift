import OpenAIAdmin

/// The dimension sets that costs are asked for, the richest first (DESIGN C7).
enum DimensionLadder {
  static let steps = [
    ["project_id", "line_item", "api_key_id", "user_id"],
    ["project_id", "line_item", "api_key_id"],
    ["project_id", "line_item"],
  ]

  /// Words by which a refusal of a dimension is known where it names no parameter.
  private static let words = [
    "group_by", "group by", "grouping", "grouped", "user_id", "api_key_id", "dimension",
  ]

  /// Whether the API refused the dimensions: a 400 whose parameter is `group_by` or a dimension, or that names
  /// none and speaks of one. Any other 400 is about something else, and asking for less would hide it.
  static func isRefused(_ error: APIError) -> Bool {
    guard error.status == 400, !error.isBeyondHistory else { return false }
    if let parameter = error.parameter?.lowercased(), !parameter.isEmpty {
      return parameter.hasPrefix("group_by") || steps[0].contains(parameter)
    }
    let text = "\(error.code ?? "") \(error.message)".lowercased()
    return words.contains { text.contains($0) }
  }
}

/// Where on the ladder costs are asked for, and why not further up.
struct DimensionStep: Sendable, Hashable {
  private var index = 0
  /// Each dimension that was left out, with the code of the answer that refused it, or its status where it had none.
  private(set) var refused: [String: String] = [:]

  /// The top of the ladder.
  init() {}

  /// Where the newest days were accepted before; the top if it is not known why.
  init(_ known: Capabilities?) {
    guard let known, let index = DimensionLadder.steps.firstIndex(of: known.costDimensions),
      let refused = known.refused ?? (index == 0 ? [:] : nil)
    else { return }
    self.index = index
    self.refused = refused
  }

  var dimensions: [String] { DimensionLadder.steps[index] }

  /// Goes one step down.
  /// - Returns: false at the bottom.
  mutating func descend(_ refusal: APIError) -> Bool {
    guard index + 1 < DimensionLadder.steps.count else { return false }
    let before = dimensions
    index += 1
    for dimension in before where !dimensions.contains(dimension) {
      refused[dimension] = refusal.code ?? "\(refusal.status)"
    }
    return true
  }
}

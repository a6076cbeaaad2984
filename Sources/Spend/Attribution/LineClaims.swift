/// What the cost lines of a day name exactly, by project: the usage behind it is theirs and no other line's.
struct LineClaims {
  private struct Line: Hashable {
    var project: String
    var model: String
  }
  private var models: [String: Set<String>] = [:]
  private var batchLines: Set<Line> = []

  init(_ lines: some Sequence<(project: String?, lineItem: LineItem)>) {
    for (project, lineItem) in lines {
      guard let project, let model = lineItem.model else { continue }
      models[project, default: []].insert(model)
      if lineItem.serviceTier == .batch { batchLines.insert(Line(project: project, model: model)) }
    }
  }

  func models(of project: String) -> Set<String> { models[project] ?? [] }

  /// Whether batch usage of the model has cost lines of its own.
  func hasBatchLine(project: String, model: String) -> Bool {
    batchLines.contains(Line(project: project, model: model))
  }
}

import OpenAIAdmin

/// Names of datasets that stages agree on; all others come from the endpoint catalogue.
enum DatasetName {
  /// Cost lines, grouped.
  static let costs = EndpointCatalogue.costs.dataset
  /// The Costs API's own total, fetched without grouping, for control (promise 1).
  static let costsUngrouped = "costs_ungrouped"
  /// Usage datasets are called `usage_` and the service.
  static let usagePrefix = "usage_"
  /// Usage that every organization has.
  static let requiredUsage = EndpointCatalogue.usage.filter { !$0.isOptional }.map(\.dataset)
  /// What normalize makes.
  static let charges = "charges"
  /// What a day can have in `raw/`.
  static let daily = [costs, costsUngrouped] + EndpointCatalogue.usage.map(\.dataset)
}

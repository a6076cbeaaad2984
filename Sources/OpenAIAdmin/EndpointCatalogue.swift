/// Everything that is read from the organization API, as the published schema describes it
/// (openai/openai-openapi 2.3.0 of 2026-08-21; `user_id` on costs, cache-write retention and decisions
/// from the typed client openai 3.54.0 of 2026-11-17).
///
/// `api_source` is left out of the dimensions: it splits rows further without saying who spent.
public enum EndpointCatalogue {
  /// All rows: costs, usage, then lists.
  public static let all = [costs] + usage + lists

  /// The endpoint of a dataset.
  public static func endpoint(named dataset: String) -> Endpoint? { all.first { $0.dataset == dataset } }

  /// The only source of money. At most 180 days a request; which dimensions an organization is granted
  /// differs (DESIGN C7).
  public static let costs = Endpoint(
    dataset: "costs", path: "/organization/costs", kind: .buckets, scope: usageScope,
    rowObject: "organization.costs.result", dimensions: ["project_id", "line_item", "api_key_id", "user_id"],
    measures: ["amount", "quantity", "quantity_unit"], maximumLimit: 180, fixedQuery: daily)

  /// Tokens, requests and the rest: enrich and attribute, never add money.
  public static let usage = [
    usage(
      "completions", "completions", by: principals + ["model", "batch", "service_tier"],
      measures: tokenMeasures),
    usage(
      "decisions", "decisions", by: principals + ["model", "batch", "service_tier"], measures: tokenMeasures,
      isOptional: true),
    usage("embeddings", "embeddings", by: principals + ["model"], measures: ["input_tokens", requests]),
    usage("moderations", "moderations", by: principals + ["model"], measures: ["input_tokens", requests]),
    usage("images", "images", by: principals + ["model", "size", "source"], measures: ["images", requests]),
    usage(
      "audio_speeches", "audio_speeches", by: principals + ["model"], measures: ["characters", requests]),
    usage(
      "audio_transcriptions", "audio_transcriptions", by: principals + ["model"],
      measures: ["seconds", requests]),
    usage("vector_stores", "vector_stores", by: ["project_id"], measures: ["usage_bytes"]),
    usage(
      "code_interpreter_sessions", "code_interpreter_sessions", by: ["project_id"],
      measures: ["num_sessions"]),
    usage(
      "file_search_calls", "file_searches", by: principals + ["vector_store_id"], measures: ["num_requests"]),
    usage(
      "web_search_calls", "web_searches", by: principals + ["model", "context_level"],
      measures: ["num_requests", requests]),
  ]

  /// Archived projects have costs too.
  public static let projects = list(
    "projects", "/organization/projects", "organization.project",
    fixedQuery: [QueryItem("include_archived", "true")])

  public static let users = list("users", "/organization/users", "organization.user")

  /// Without `owner_project_access=any` some enabled keys may be missing.
  public static let apiKeys = list(
    "api_keys", "/organization/projects/{project_id}/api_keys", "organization.project.api_key",
    kind: .listPerProject, fixedQuery: [QueryItem("owner_project_access", "any")])

  public static let serviceAccounts = list(
    "service_accounts", "/organization/projects/{project_id}/service_accounts",
    "organization.project.service_account", kind: .listPerProject)

  public static let adminAPIKeys = list(
    "admin_api_keys", "/organization/admin_api_keys", "organization.admin_api_key")

  public static let spendLimit = Endpoint(
    dataset: "spend_limits", path: "/organization/spend_limit", kind: .single, scope: managementScope,
    rowObject: "organization.spend_limit", measures: spendLimitMeasures, isOptional: true)

  public static let projectSpendLimits = Endpoint(
    dataset: "project_spend_limits", path: "/organization/projects/{project_id}/spend_limit",
    kind: .singlePerProject, scope: managementScope, rowObject: "project.spend_limit",
    measures: spendLimitMeasures, isOptional: true)

  /// What ids mean: projects, people, keys, limits.
  public static let lists = [
    projects, users, apiKeys, serviceAccounts, adminAPIKeys, spendLimit, projectSpendLimits,
  ]

  private static let usageScope = "api.usage.read"
  private static let managementScope = "api.management.read"
  private static let daily = [QueryItem("bucket_width", "1d")]
  private static let principals = ["project_id", "user_id", "api_key_id"]
  private static let requests = "num_model_requests"
  private static let spendLimitMeasures = ["threshold_amount", "currency", "interval", "enforcement"]
  private static let tokenMeasures = [
    "input_tokens", "input_uncached_tokens", "input_cached_tokens", "input_cache_write_tokens",
    "input_cache_write_30m_tokens", "input_cache_write_12h_tokens", "input_text_tokens",
    "input_audio_tokens", "input_image_tokens", "input_cached_text_tokens", "input_cached_audio_tokens",
    "input_cached_image_tokens", "output_tokens", "output_text_tokens", "output_audio_tokens",
    "output_image_tokens", "num_model_requests",
  ]

  /// At most 31 days a request.
  private static func usage(
    _ name: String, _ rowName: String, by dimensions: [String], measures: [String], isOptional: Bool = false
  ) -> Endpoint {
    Endpoint(
      dataset: "usage_\(name)", path: "/organization/usage/\(name)", kind: .buckets, scope: usageScope,
      rowObject: "organization.usage.\(rowName).result", dimensions: dimensions, measures: measures,
      maximumLimit: 31, fixedQuery: daily, isOptional: isOptional)
  }

  private static func list(
    _ dataset: String, _ path: String, _ rowObject: String, kind: Endpoint.Kind = .list,
    fixedQuery: [QueryItem] = []
  ) -> Endpoint {
    Endpoint(
      dataset: dataset, path: path, kind: kind, scope: managementScope, rowObject: rowObject,
      maximumLimit: 100, fixedQuery: fixedQuery)
  }
}

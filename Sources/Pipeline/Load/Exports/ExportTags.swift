import FOCUS
import JSONReader

/// The columns that services without FOCUS 1.3 or `x_` columns get as tags, and what the tags are called.
enum ExportTags {
  static let all: [(name: String, column: Column)] = [
    ("api_key", .customCredentialName), ("api_key_id", .customCredentialId),
    ("attribution_method", .customAttributionMethod), ("billing_account", .billingAccountName),
    ("billing_account_id", .billingAccountId), ("charge_category", .chargeCategory),
    ("line_item", .customLineItem), ("modality", .customModality), ("model", .customModelId),
    ("principal", .customPrincipalName), ("principal_id", .customPrincipalId),
    ("principal_type", .customPrincipalType), ("project", .subAccountName), ("project_id", .subAccountId),
    ("service", .serviceName), ("service_tier", .customServiceTier), ("surface", .customSurface),
    ("token_cache_action", .customTokenCacheAction), ("token_direction", .customTokenDirection),
  ]

  /// `{"model":"gpt-5.5", …}` without those that are null.
  static func append(_ row: ExportedCharge, limit: Int = .max, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    var isFirst = true
    for (name, column) in all {
      guard let text = row.text(column) else { continue }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      JSONWriter.append(string: name, to: &out)
      out.append(UInt8(ascii: ":"))
      JSONWriter.append(string: cut(text, limit), to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// The first characters of a text.
  static func cut(_ text: String, _ limit: Int) -> String {
    // No character has less than a byte: nearly no text has to be counted.
    text.utf8.count <= limit ? text : String(text.prefix(limit))
  }
}

/// The tiers at which OpenAI serves and prices the same model.
///
/// In cost lines the tier is the prefix, ``init(prefix:)``; `priority` and `flex` have been seen there, the
/// other names are those of the `service_tier` dimension of usage lines and of price lists. The default
/// tier has no prefix.
public enum ServiceTier: String, Sendable, Hashable, CaseIterable {
  case priority, flex, batch, scale, fast, ultrafast, standard
  case `default`

  /// The tier that the prefix of a line item names, in any case; nil where it names none.
  public init?(prefix: String) { self.init(rawValue: prefix.lowercased()) }
}

/// The `line_item` of a cost line: free text that says what was bought, read as far as it can be.
///
/// OpenAI does not document the text. What follows the grammar of DESIGN C4,
/// `[prefix | ]model[ modality], kind[, qualifier]`, is a token meter; a few bare labels are recognised;
/// everything else is unparsed. The text itself is kept whole in every case, and no model is guessed.
public struct LineItem: Sendable, Hashable {
  /// What the text turned out to be. The cases are told apart so that the unparsed can be counted.
  public enum Reading: Sendable, Hashable {
    /// It follows the grammar.
    case meter(TokenMeter)
    /// It is a known label without a model.
    case label(LineItemLabel)
    /// It is neither: a new kind of charge, perhaps.
    case unparsed
  }

  /// The text as the API sent it.
  public let text: String
  public let reading: Reading

  /// Reads any text; never fails.
  public init(_ text: String) {
    self.text = text
    if let meter = TokenMeter(text) {
      reading = .meter(meter)
    } else if let label = LineItemLabel(text) {
      reading = .label(label)
    } else {
      reading = .unparsed
    }
  }

  /// The label, where the text is a known one.
  public var label: LineItemLabel? {
    if case .label(let label) = reading { return label }
    return nil
  }

  /// The parsed parts, or nil where the text does not follow the grammar.
  public var meter: TokenMeter? {
    if case .meter(let meter) = reading { return meter }
    return nil
  }

  /// Whether the text was neither parsed nor recognised, and is to be counted as such (promise 3).
  public var isUnparsed: Bool { reading == .unparsed }

  /// The part before ` | ` where that is no service tier: `evals`.
  public var surface: String? { meter?.surface }

  /// The service tier before ` | `: `priority`; nil for the default tier, which has no prefix.
  public var serviceTier: ServiceTier? { meter?.serviceTier }

  /// The model: `gpt-5.2-2025-12-11`. Nil unless the grammar holds.
  public var model: String? { meter?.model }

  public var modality: Modality? { meter?.modality }

  public var kind: TokenKind? { meter?.kind }

  /// What follows the kind: `long context`.
  public var qualifier: String? { meter?.qualifier }

  /// FOCUS 1.5 draft: TokenDirection.
  public var tokenDirection: TokenDirection? { meter?.kind.direction }

  /// FOCUS 1.5 draft: TokenCacheAction.
  public var tokenCacheAction: TokenCacheAction? { meter?.kind.cacheAction }

  /// FOCUS SkuMeter: `Cached Input Tokens`; nil where the text is unparsed.
  public var skuMeter: String? {
    switch reading {
    case .meter(let meter): meter.skuMeter
    case .label(let label): label.meter
    case .unparsed: nil
    }
  }

  /// FOCUS SkuId, the same for all tiers and surfaces: `gpt-5.2-2025-12-11/input`. Without a parsed model
  /// it is the whole text (DESIGN C4).
  public var skuId: String { meter?.skuId ?? text }

  /// FOCUS SkuPriceId: ``skuId`` and the tier or surface, `gpt-5.2-2025-12-11/input/standard`; without a
  /// parsed model the whole text. No two parsed line items share one, and it belongs to one SkuId only.
  public var skuPriceId: String { meter?.skuPriceId ?? text }
}

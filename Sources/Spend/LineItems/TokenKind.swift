/// What a token meter counts. Kinds are disjoint (DESIGN C11).
public enum TokenKind: Sendable, Hashable, CaseIterable {
  /// Input that was neither read from nor written to the prompt cache.
  case input
  /// Input read from the prompt cache.
  case cachedInput
  /// Input written to the prompt cache.
  case cacheWrite
  case output

  /// FOCUS 1.5 draft: TokenDirection.
  public var direction: TokenDirection { self == .output ? .output : .input }

  /// FOCUS 1.5 draft: TokenCacheAction; nil for output, which no cache serves.
  public var cacheAction: TokenCacheAction? {
    switch self {
    case .input: .uncached
    case .cachedInput: .read
    case .cacheWrite: .write
    case .output: nil
    }
  }

  /// FOCUS SkuMeter without a modality.
  public var skuMeter: String {
    switch self {
    case .input: "Input Tokens"
    case .cachedInput: "Cached Input Tokens"
    case .cacheWrite: "Cache Write Tokens"
    case .output: "Output Tokens"
    }
  }
}

/// Whether tokens go into a model or come out of it (FOCUS 1.5 draft: TokenDirection).
public enum TokenDirection: String, Sendable, Hashable, CaseIterable {
  case input = "Input"
  case output = "Output"
}

/// What the prompt cache did with input tokens (FOCUS 1.5 draft: TokenCacheAction).
public enum TokenCacheAction: String, Sendable, Hashable, CaseIterable {
  case uncached = "Uncached"
  case read = "Read"
  case write = "Write"
}

/// The modality of tokens, where a line item names one.
public enum Modality: String, Sendable, Hashable, CaseIterable {
  case text, image, audio

  /// The name as SkuMeter has it: `Audio`.
  var title: String {
    switch self {
    case .text: "Text"
    case .image: "Image"
    case .audio: "Audio"
    }
  }
}

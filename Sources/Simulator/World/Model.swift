/// A kind of token that is priced on its own. Input excludes what came from or went into the cache.
enum TokenKind: Int, CaseIterable, Sendable {
  case text, audio, image
  case cachedText, cachedAudio, cachedImage
  case cacheWrite
  case outputText, outputAudio, outputImage

  /// `input`, `cached input`, `cache writes` or `output`, as line items say.
  var label: String {
    switch self {
    case .text, .audio, .image: "input"
    case .cachedText, .cachedAudio, .cachedImage: "cached input"
    case .cacheWrite: "cache writes"
    case .outputText, .outputAudio, .outputImage: "output"
    }
  }

  var modality: String {
    switch self {
    case .text, .cachedText, .cacheWrite, .outputText: "text"
    case .audio, .cachedAudio, .outputAudio: "audio"
    case .image, .cachedImage, .outputImage: "image"
    }
  }
}

/// How a request was served. The default tier has no prefix in a line item.
enum ServiceTier: Int, CaseIterable, Sendable {
  case standard, priority, flex

  /// As in `service_tier` of a usage row.
  var name: String {
    switch self {
    case .standard: "default"
    case .priority: "priority"
    case .flex: "flex"
    }
  }

  /// A price is multiplied by this and halved.
  var doubledFactor: Int128 {
    switch self {
    case .standard: 2
    case .priority: 4
    case .flex: 1
    }
  }
}

/// A model as usage and costs name it, and what it costs.
struct Model: Sendable {
  /// How line items of a model are put together.
  enum Naming: Sendable {
    /// `model, input`: all modalities in one line.
    case plain
    /// `model audio, input`: one line per modality.
    case byModality
    /// `model, input_tokens`: as the Decisions API's examples write it.
    case tokenSuffix
  }

  /// `model` in a usage row.
  var usage: String
  /// The model part of a line item; often, but not always, the same.
  var cost: String
  var naming = Naming.plain
  /// Whole micro-dollars per million tokens: text in, cached text, text out.
  var text: (input: Int128, cached: Int128, output: Int128) = (0, 0, 0)
  /// The same for audio; zero where the model hears and speaks not.
  var audio: (input: Int128, cached: Int128, output: Int128) = (0, 0, 0)
  /// The same for images.
  var image: (input: Int128, cached: Int128, output: Int128) = (0, 0, 0)
  /// Whether what is written to the cache is charged.
  var cacheWrites = false
  /// Whether there is a dearer long context.
  var longContext = false
  /// Whether priority and flex can be asked for.
  var tiers = false
  /// Whether the organization gets its tokens free in exchange for sharing data.
  var shareable = false

  /// Money units of one token, before tier, batch and context.
  func price(_ kind: TokenKind) -> Int128 {
    let micro: Int128 =
      switch kind {
      case .text: text.input
      case .cachedText: text.cached
      case .cacheWrite: text.input + text.input / 4
      case .outputText: text.output
      case .audio: audio.input
      case .cachedAudio: audio.cached
      case .outputAudio: audio.output
      case .image: image.input == 0 ? text.input : image.input
      case .cachedImage: image.cached == 0 ? text.cached : image.cached
      case .outputImage: image.output == 0 ? text.output : image.output
      }
    return micro * 1_000_000_000_000
  }
}

extension Model {
  /// The models that answer completions, most telling first; from the fourteenth on they are made up.
  static func completions(count: Int, organization: String) -> [Model] {
    let known: [Model] = [
      Model(
        usage: "gpt-5.6-sol", cost: "gpt-5.6-sol", text: (4_000_000, 400_000, 20_000_000), cacheWrites: true,
        longContext: true, tiers: true),
      Model(
        usage: "gpt-5.5-2026-04-23", cost: "gpt-5.5-2026-04-23", text: (2_500_000, 250_000, 15_000_000),
        tiers: true),
      Model(
        usage: "gpt-5.4-mini-2026-03-17", cost: "gpt-5.4-mini-2026-03-17", text: (250_000, 25_000, 2_000_000),
        tiers: true, shareable: true),
      Model(
        usage: "ft:gpt-4o-2024-08-06:\(organization)::AbC12dEf", cost: "ft-gpt-4o-2024-08-06",
        text: (3_750_000, 1_875_000, 15_000_000)),
      Model(
        usage: "gpt-image-1-2025-04-23", cost: "gpt-image-1", naming: .byModality,
        text: (5_000_000, 1_250_000, 0), image: (10_000_000, 2_500_000, 40_000_000)),
      Model(
        usage: "gpt-audio-mini-2025-12-15", cost: "gpt-audio-mini-2025-12-15", naming: .byModality,
        text: (600_000, 150_000, 2_400_000), audio: (10_000_000, 300_000, 20_000_000)),
      Model(
        usage: "gpt-4o-mini-2024-07-18", cost: "gpt-4o-mini-2024-07-18", text: (150_000, 75_000, 600_000),
        shareable: true),
      Model(
        usage: "ft:gpt-4o-2024-08-06:\(organization):support-bot:Zz98yXwV", cost: "ft-gpt-4o-2024-08-06",
        text: (3_750_000, 1_875_000, 15_000_000)),
      Model(
        usage: "gpt-image-2", cost: "gpt-image-2-2026-04-21", naming: .byModality,
        text: (5_000_000, 1_250_000, 10_000_000), image: (8_000_000, 2_000_000, 30_000_000)),
      Model(
        usage: "gpt-realtime-2.1", cost: "gpt-realtime-2.1", naming: .byModality,
        text: (4_000_000, 400_000, 16_000_000), audio: (32_000_000, 400_000, 64_000_000)),
      Model(
        usage: "gpt-5-search-api-2025-10-14", cost: "gpt-5-search-api-2025-10-14",
        text: (1_250_000, 125_000, 10_000_000)),
      Model(usage: "gpt-4.1-2025-04-14", cost: "gpt-4.1-2025-04-14", text: (2_000_000, 500_000, 8_000_000)),
      Model(
        usage: "gpt-5.6-terra", cost: "gpt-5.6-terra", text: (1_100_000, 110_000, 8_800_000),
        cacheWrites: true,
        longContext: true, tiers: true),
    ]
    if count <= known.count { return Array(known.prefix(max(count, 1))) }
    return known + madeUp(known.count..<count)
  }

  /// Models of text without long context or free tokens.
  static func madeUp(_ numbers: Range<Int>) -> [Model] {
    numbers.map { number in
      let name = "gpt-5.\(number)-2026-0\(1 + number % 9)-1\(number % 10)"
      let price = Int128(100_000 + number % 40 * 50_000)
      return Model(usage: name, cost: name, text: (price, price / 10, price * 6), tiers: number % 2 == 0)
    }
  }

  /// The one behind the Decisions API.
  static let decisions = Model(
    usage: "gpt-6-astra", cost: "gpt-6-astra", naming: .tokenSuffix, text: (3_000_000, 300_000, 12_000_000))
}

/// What was counted. Names follow the metrics of the usage endpoints, except that input is split into parts
/// that do not overlap.
struct Counts: Sendable, Equatable {
  var text: Int64 = 0
  var audio: Int64 = 0
  var image: Int64 = 0
  var cachedText: Int64 = 0
  var cachedAudio: Int64 = 0
  var cachedImage: Int64 = 0
  /// Written to the cache with a retention of thirty minutes.
  var write30m: Int64 = 0
  /// Written to the cache with a retention of twelve hours.
  var write12h: Int64 = 0
  var outputText: Int64 = 0
  var outputAudio: Int64 = 0
  var outputImage: Int64 = 0
  var requests: Int64 = 0
  /// Images, characters, seconds, bytes, sessions or calls, as the endpoint has it.
  var units: Int64 = 0

  static func += (left: inout Counts, right: Counts) {
    left.text += right.text
    left.audio += right.audio
    left.image += right.image
    left.cachedText += right.cachedText
    left.cachedAudio += right.cachedAudio
    left.cachedImage += right.cachedImage
    left.write30m += right.write30m
    left.write12h += right.write12h
    left.outputText += right.outputText
    left.outputAudio += right.outputAudio
    left.outputImage += right.outputImage
    left.requests += right.requests
    left.units += right.units
  }

  func tokens(_ kind: TokenKind) -> Int64 {
    switch kind {
    case .text: text
    case .audio: audio
    case .image: image
    case .cachedText: cachedText
    case .cachedAudio: cachedAudio
    case .cachedImage: cachedImage
    case .cacheWrite: write30m + write12h
    case .outputText: outputText
    case .outputAudio: outputAudio
    case .outputImage: outputImage
    }
  }
}

/// One atom of what happened on a day: who used what, how much of it, through which door. Every answer is a
/// sum of these. Indexes point into the organization; -1 is none.
struct Fact: Sendable {
  /// The usage endpoint that shows it; nil for what only costs know.
  var usage: UsageEndpoint.Name?
  /// Minute of the UTC day, 0 to 1439.
  var minute = 0
  var project = -1
  /// The user or service account.
  var principal = -1
  var key = -1
  var model = -1
  var tier = ServiceTier.standard
  var batch = false
  /// Came through the Agents API.
  var agents = false
  /// Billed at the prices of a long context; no usage endpoint says so.
  var long = false
  /// Billed under the surface `evals`; no usage endpoint says so.
  var evals = false
  /// Costs nothing, in exchange for shared data.
  var free = false
  /// Image size, search context level or vector store, as the endpoint has it.
  var detail = -1
  /// Image source.
  var source = -1
  var counts = Counts()
  /// The price of what is not charged by completions tokens.
  var unitPrice: UnitPrice?
  /// For cost-only lines: millionths of the unit.
  var quantity: Int128?
  /// For lines that have an amount and no price, such as a credit.
  var money: Int128 = 0
}

/// One cost atom: a fact's part in one line item.
struct Charge: Sendable {
  var line: Int
  /// 1e-24 dollars.
  var money: Int128
  /// Millionths of the line item's unit; nil where the line has no quantity.
  var quantity: Int128?
}

extension Catalogue {
  /// What a fact costs, line item by line item.
  func forEachCharge(of fact: Fact, _ body: (Charge) -> Void) {
    if let unit = fact.unitPrice {
      guard unit != .moderation else { return }
      let price = price(unit)
      if unit == .scaleTier || unit == .credit {
        return body(Charge(line: price.line, money: fact.money, quantity: nil))
      }
      let quantity = fact.quantity ?? Int128(fact.counts.units) * ScaledDecimal.one
      // Prices per millionth would be fractions only below 1e-18 dollars a unit; the table has none.
      let money = fact.free ? 0 : quantity * (price.money / ScaledDecimal.one)
      return body(Charge(line: price.line, money: money, quantity: quantity / price.divisor))
    }
    for kind in TokenKind.allCases {
      let tokens = fact.counts.tokens(kind)
      if tokens == 0 { continue }
      let price = price(model: fact.model, kind: kind, tier: fact.tier, long: fact.long, evals: fact.evals)
      let full = Int128(tokens) * price.money
      body(
        Charge(
          line: price.line, money: fact.free ? 0 : fact.batch ? full / 2 : full,
          quantity: Int128(tokens) * ScaledDecimal.one))
    }
  }
}

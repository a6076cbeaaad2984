/// The values of all dimensions of a row in sixteen bytes; what a query does not group by is zero.
///
/// High word: project, principal, key. Low word: model or line item, detail, source, tier, batch, API source.
/// Indexes are stored plus one, so that zero is none.
struct GroupKey: Hashable, Comparable, Sendable {
  private(set) var high: UInt64
  private(set) var low: UInt64

  /// - Parameter label: the model or line item.
  init(_ fact: Fact, label: Int) {
    func stored(_ index: Int, bits: UInt64) -> UInt64 {
      UInt64(truncatingIfNeeded: index + 1) & ((1 << bits) - 1)
    }
    high =
      stored(fact.project, bits: 16) << 48 | stored(fact.principal, bits: 24) << 24
      | stored(fact.key, bits: 24)
    low = stored(label, bits: 24) << 40
    low |= stored(fact.detail, bits: 16) << 24
    low |= stored(fact.source, bits: 8) << 16
    low |= UInt64(fact.tier.rawValue) << 8
    low |= (fact.batch ? 2 : 0) | (fact.agents ? 1 : 0)
  }

  /// Keeps what the dimensions cover.
  init(maskOf dimensions: [Dimension]) {
    high = 0
    low = 0
    for dimension in dimensions {
      switch dimension {
      case .project: high |= 0xffff << 48
      case .user: high |= 0xff_ffff << 24
      case .key: high |= 0xff_ffff
      case .model, .lineItem: low |= 0xff_ffff << 40
      case .size, .contextLevel, .vectorStore: low |= 0xffff << 24
      case .source: low |= 0xff << 16
      case .tier: low |= 0xff << 8
      case .batch: low |= 2
      case .apiSource: low |= 1
      }
    }
  }

  func masked(by mask: GroupKey) -> GroupKey {
    var masked = self
    masked.high &= mask.high
    masked.low &= mask.low
    return masked
  }

  var project: Int { Int(high >> 48) - 1 }
  var principal: Int { Int(high >> 24 & 0xff_ffff) - 1 }
  var key: Int { Int(high & 0xff_ffff) - 1 }
  var label: Int { Int(low >> 40) - 1 }
  var detail: Int { Int(low >> 24 & 0xffff) - 1 }
  var source: Int { Int(low >> 16 & 0xff) - 1 }
  var tier: ServiceTier { ServiceTier(rawValue: Int(low >> 8 & 0xff)) ?? .standard }
  var batch: Bool { low & 2 != 0 }
  var agents: Bool { low & 1 != 0 }

  static func < (left: GroupKey, right: GroupKey) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }
}

/// Sums by group, in the order of the keys.
struct Rollup<Value> {
  private var places: [GroupKey: Int] = [:]
  private(set) var groups: [(key: GroupKey, value: Value)] = []

  /// Changes the sum of a group, which starts from `zero`.
  @inline(__always)
  mutating func update(_ key: GroupKey, zero: Value, _ change: (inout Value) -> Void) {
    if let place = places[key] {
      change(&groups[place].value)
    } else {
      places[key] = groups.count
      var value = zero
      change(&value)
      groups.append((key, value))
    }
  }

  /// The groups sorted by key, or in an order drawn from `shuffle`.
  func ordered(shuffle: UInt64?) -> [(key: GroupKey, value: Value)] {
    guard let shuffle else { return groups.sorted { $0.key < $1.key } }
    return groups.sorted {
      SplitMix64.mix($0.key.high ^ SplitMix64.mix($0.key.low ^ shuffle))
        < SplitMix64.mix($1.key.high ^ SplitMix64.mix($1.key.low ^ shuffle))
    }
  }
}

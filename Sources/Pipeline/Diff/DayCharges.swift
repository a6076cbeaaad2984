import Spend
import Staging

/// The charges of one organization's day on one side, added up by identity: what a comparison holds in memory.
///
/// Hot path: texts are numbered once and looked up by their bytes; an identity is nine numbers, and a charge takes
/// about 130 bytes.
struct DayCharges: Sendable {
  /// Numbers of an identity.
  static let keyWidth = ChargeIdentity.columns.count
  static let nameCount = 5
  /// Stands for null in place of the number of a text.
  static let null: Int32 = -1

  private(set) var texts = TextNumbers()
  /// ``keyWidth`` numbers for each identity, in the order in which they were first seen.
  private(set) var keys: [Int32] = []
  /// ``nameCount`` numbers for each, as its first row has them.
  private(set) var names: [Int32] = []
  private(set) var costs: [ExactDecimal] = []
  private(set) var quantities: [ExactDecimal] = []
  /// The unit of each quantity; ``null`` where nothing is counted.
  private(set) var units: [Int32] = []
  /// Quantities in other units than the first of their identity, which is rare.
  private(set) var otherQuantities: [Int32: [Int32: ExactDecimal]] = [:]
  private(set) var sums: GroupSums

  /// Open addressing: identities at the places their hashes lead to, -1 where there is none.
  private var places: [Int32]

  var count: Int { costs.count }

  /// Which of the day's charges are held: all, or of a day with very many those of one part.
  struct Part: Sendable {
    var index = 0
    var count = 1
  }

  /// - Throws: ``CorruptFile`` naming file and record.
  init(_ files: [DeliveredFileReader], _ columns: ComparedColumns, _ groupings: [DiffGrouping], _ part: Part)
    throws
  {
    let rows = files.reduce(0) { $0 + $1.rows } / part.count
    sums = GroupSums(groupings)
    places = Array(repeating: -1, count: Self.capacity(for: rows))
    keys.reserveCapacity(rows * Self.keyWidth)
    names.reserveCapacity(rows * Self.nameCount)
    costs.reserveCapacity(rows)
    quantities.reserveCapacity(rows)
    units.reserveCapacity(rows)
    var wanted = Set((columns.identity + columns.names).compactMap(\.self))
    wanted.formUnion(DiffColumn.required)
    if columns.hasSkuPrice { wanted.insert(.skuPriceID) }
    if columns.hasQuantity { wanted.insert(.consumedQuantity) }
    if columns.hasUnit { wanted.insert(.consumedUnit) }
    for grouping in groupings { wanted.formUnion(grouping.columns) }
    var key = [Int32](repeating: Self.null, count: Self.keyWidth)
    for file in files {
      try file.forEachRow(wanted) { row in
        if part.count > 1, Self.hash(row, columns) % UInt64(part.count) != UInt64(part.index) { return }
        try add(row, of: file, columns, &key)
      }
    }
  }

  private mutating func add(
    _ row: DeliveredRow, of file: DeliveredFileReader, _ columns: ComparedColumns, _ key: inout [Int32]
  ) throws {
    let cost = try file.decimal(.billedCost, of: row)
    for (index, column) in columns.identity.enumerated() {
      key[index] = column.map { number(row[$0]) } ?? Self.null
    }
    // SkuPriceId is what is left of a line item in deliveries without it.
    if columns.hasSkuPrice, key[Self.lineItem] == Self.null {
      key[Self.lineItem] = number(row[.skuPriceID])
    }
    let (identity, isNew) = find(key)
    if isNew {
      for column in columns.names { names.append(column.map { number(row[$0]) } ?? Self.null) }
      costs.append(cost)
      quantities.append(.zero)
      units.append(Self.null)
    } else {
      costs[identity] += cost
    }
    if columns.hasQuantity, !row[.consumedQuantity].isEmpty {
      let quantity = try file.decimal(.consumedQuantity, of: row)
      add(quantity, unit: columns.hasUnit ? texts.number(of: row[.consumedUnit]) : noUnit(), to: identity)
    }
    sums.add(cost, row, &texts)
  }

  private static let lineItem = ChargeIdentity.columns.firstIndex(of: .lineItem) ?? 0

  private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    bytes.isEmpty ? Self.null : texts.number(of: bytes)
  }

  /// Quantities may be delivered without their units: they are counted in one without a name.
  private mutating func noUnit() -> Int32 { texts.number(of: "") }

  private mutating func add(_ quantity: ExactDecimal, unit: Int32, to identity: Int) {
    if units[identity] == Self.null { units[identity] = unit }
    if units[identity] == unit {
      quantities[identity] += quantity
    } else {
      otherQuantities[Int32(identity), default: [:]][unit, default: .zero] += quantity
    }
  }
}

extension DayCharges {
  /// The place of an identity in the arrays, nil where there is none.
  func known(_ key: UnsafeBufferPointer<Int32>) -> Int? {
    var place = Self.hash(key) & (places.count - 1)
    while places[place] >= 0 {
      if isKey(key, at: Int(places[place])) { return Int(places[place]) }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  private mutating func find(_ key: [Int32]) -> (index: Int, isNew: Bool) {
    key.withUnsafeBufferPointer { key in
      var place = Self.hash(key) & (places.count - 1)
      while places[place] >= 0 {
        if isKey(key, at: Int(places[place])) { return (Int(places[place]), false) }
        place = (place + 1) & (places.count - 1)
      }
      places[place] = Int32(count)
      keys.append(contentsOf: key)
      // The identity itself is counted by the caller, who adds its cost.
      if (count + 1) * 2 > places.count { spread() }
      return (count, true)
    }
  }

  private func isKey(_ key: UnsafeBufferPointer<Int32>, at index: Int) -> Bool {
    keys.withUnsafeBufferPointer { keys in
      let start = index * Self.keyWidth
      for offset in 0..<Self.keyWidth where keys[start + offset] != key[offset] { return false }
      return true
    }
  }

  private mutating func spread() {
    places = Array(repeating: -1, count: places.count * 2)
    for index in 0..<(keys.count / Self.keyWidth) {
      let start = index * Self.keyWidth
      var place =
        keys.withUnsafeBufferPointer {
          Self.hash(UnsafeBufferPointer(rebasing: $0[start..<(start + Self.keyWidth)]))
        } & (places.count - 1)
      while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = Int32(index)
    }
  }

  /// A power of two with room for more than twice as many.
  private static func capacity(for rows: Int) -> Int {
    var capacity = 64
    while capacity < rows * 2 + 2 { capacity *= 2 }
    return capacity
  }

  private static func hash(_ key: UnsafeBufferPointer<Int32>) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for number in key {
      let product = (hash ^ UInt64(UInt32(bitPattern: number))).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
      hash = product.high ^ product.low
    }
    return Int(truncatingIfNeeded: hash >> 1)
  }

  /// Of the bytes of an identity: the same on both sides, whatever numbers their texts have.
  private static func hash(_ row: DeliveredRow, _ columns: ComparedColumns) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ bytes: UnsafeBufferPointer<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
    }
    for column in columns.identity {
      guard let column else { continue }
      mix(column == .lineItem && row[column].isEmpty && columns.hasSkuPrice ? row[.skuPriceID] : row[column])
    }
    if columns.hasSkuPrice, !columns.hasLineItem { mix(row[.skuPriceID]) }
    return hash ^ hash >> 29
  }
}

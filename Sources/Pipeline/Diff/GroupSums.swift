import Spend
import Staging

/// Adds up one side's day, group by group, with the numbers of its texts.
///
/// Hot path: rows of one group often follow each other, so the last group is looked at first.
struct GroupSums: Sendable {
  struct Group: Sendable {
    let key: Int32
    let currency: Int32
    var name: Int32
    var sum: ExactDecimal
  }

  private struct Groups: Sendable {
    let grouping: DiffGrouping
    var all: [Group] = []
    var places: [UInt64: Int] = [:]
    var last = -1

    mutating func place(_ key: Int32, _ currency: Int32) -> Int {
      let pair = UInt64(UInt32(bitPattern: key)) << 32 | UInt64(UInt32(bitPattern: currency))
      if let place = places[pair] { return place }
      places[pair] = all.count
      all.append(Group(key: key, currency: currency, name: DayCharges.null, sum: .zero))
      return all.count - 1
    }
  }

  private var groupings: [Groups]

  init(_ groupings: [DiffGrouping]) { self.groupings = groupings.map { Groups(grouping: $0) } }

  mutating func add(_ cost: ExactDecimal, _ row: DeliveredRow, _ texts: inout TextNumbers) {
    func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
      bytes.isEmpty ? DayCharges.null : texts.number(of: bytes)
    }
    for index in groupings.indices {
      let grouping = groupings[index].grouping
      let key = number(grouping.key(row))
      let currency = number(row[.currency])
      var place = groupings[index].last
      if place < 0 || groupings[index].all[place].key != key
        || groupings[index].all[place].currency != currency
      {
        place = groupings[index].place(key, currency)
        groupings[index].last = place
      }
      groupings[index].all[place].sum += cost
      if let column = grouping.nameColumn, !row[column].isEmpty {
        groupings[index].all[place].name = number(row[column])
      }
    }
  }

  /// Calls `body` with each group and what its texts are.
  func forEachGroup(
    _ texts: TextNumbers,
    _ body: (DiffGrouping, _ key: String?, _ name: String?, _ currency: String, ExactDecimal) -> Void
  ) {
    for groups in groupings {
      for group in groups.all {
        body(groups.grouping, texts[group.key], texts[group.name], texts[group.currency] ?? "", group.sum)
      }
    }
  }
}

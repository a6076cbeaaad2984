/// One page of an administration list.
struct ListPage {
  /// An element and the id that `after` names it by.
  struct Item {
    var id: String
    var body: [UInt8]
  }

  /// The names that every list knows.
  static let parameters: Set<String> = ["limit", "after"]

  /// - Throws: `APIError` for a limit out of range or an `after` that is in no element.
  static func body(_ items: [Item], _ query: QueryItems, oddities: Oddities) throws(APIError) -> [UInt8] {
    let limit = try query.integer("limit", in: 1...100, default: 20)
    var start = 0
    if let after = try query.one("after") {
      guard let place = items.firstIndex(where: { $0.id == after }) else {
        throw .invalid(
          "after", "Invalid 'after' cursor: no object with id '\(after)' found.", code: "invalid_value")
      }
      start = place + 1
    }
    let page = items[start..<min(start + limit, items.count)]
    var writer = ByteWriter(capacity: 512 * page.count + 128)
    writer.raw("{\"object\":\"list\",\"data\":[")
    for (index, item) in page.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ",")) }
      writer.raw(item.body)
    }
    writer.raw("]")
    if !oddities.has(.missingLastID) {
      writer.raw(",\"first_id\":")
      writer.string(page.first?.id)
      writer.raw(",\"last_id\":")
      writer.string(page.last?.id)
    }
    writer.raw(",\"has_more\":")
    writer.boolean(start + page.count < items.count)
    writer.raw("}")
    return writer.bytes
  }
}

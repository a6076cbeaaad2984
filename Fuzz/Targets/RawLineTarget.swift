import JSONReader
import Spend
import Staging

/// Lines of a raw partition, one after the other: a row depends on its own line only, and is a CSV record.
func readRawLines(_ input: UnsafeBufferPointer<UInt8>) {
  let parser = JSONParser()
  var writer = UsageRowWriter(service: "completions")
  var table = UsageTable()
  var names = NameBookReader()
  for line in parts(input, separator: 0x0A, limit: 12) {
    // Without the envelope, too: most of what is tried would be lost on it.
    let wrapped = Array("{\"result\":".utf8) + line + Array("}".utf8)
    for text in [Array(line), wrapped] {
      promise(
        values(text, parser) == values(text, JSONParser()), "the values depend on the lines before them")
      _ = reading {
        try parser.parse(text) { root in
          readCost(root)
          readUsage(root, parser.shape, &writer, &table)
          for dataset in NameBookReader.datasets { _ = reading { try names.read(root, dataset: dataset) } }
        }
      }
    }
  }
  for id in names.book.projects.keys { promise(!id.isEmpty, "a project without an id") }
}

/// Every value of a document with its place, or what it is refused for.
private func values(_ text: [UInt8], _ parser: JSONParser) -> [String] {
  func values(of value: JSONValue) -> [String] {
    let bytes = String(decoding: value.bytes, as: UTF8.self)
    var found = ["\(value.kind) \(value.offset) \(value.isEscaped) \(bytes)"]
    if let members = value.members {
      for (key, member) in members { found += values(of: key) + values(of: member) }
    }
    if let elements = value.elements {
      for element in elements { found += values(of: element) }
    }
    return found
  }
  do { return try parser.parse(text) { values(of: $0) } } catch { return ["\(error)"] }
}

private func readCost(_ root: JSONValue) {
  var reader = CostLineReader()
  guard let line = reading({ try reader.read(root) }) else { return }
  for text in [line.lineItem, line.projectID, line.apiKeyID, line.userID, line.quantityUnit] {
    promise(text?.isEmpty != true, "an empty dimension")
  }
  guard let amount = root["result"]?["amount"] else { broken("money out of nothing") }
  guard let value = amount["value"], !value.isNull else {
    return promise(line.amount.isZero && reader.missingAmounts == 1, "a missing amount that is not counted")
  }
  promise(reader.missingAmounts == 0, "an amount that is counted as missing")
  promise(PlainNumber(value.bytes) == PlainNumber(line.amount.description.utf8), "another amount")
  if let quantity = line.quantity, let text = root["result"]?["quantity"] {
    promise(PlainNumber(text.bytes) == PlainNumber(quantity.description.utf8), "another quantity")
  }
}

private func readUsage(
  _ root: JSONValue, _ shape: Int, _ writer: inout UsageRowWriter, _ table: inout UsageTable
) {
  var row = ByteBuffer()
  guard reading({ try writer.append(root, shape: shape, to: &row, and: &table) }) != nil else { return }
  // What the lines before were like must not show.
  var alone = UsageRowWriter(service: "completions")
  var other = ByteBuffer()
  var otherTable = UsageTable()
  _ = reading { try alone.append(root, to: &other, and: &otherTable) }
  promise(row.array == other.array, "the row depends on the lines before it")
  let records = csvRecords(row.array)
  promise(records.count == 1, "a line became \(records.count) records")
  promise(records.first?.count == UsageFile.header.count, "a row of \(records.first?.count ?? 0) fields")
}

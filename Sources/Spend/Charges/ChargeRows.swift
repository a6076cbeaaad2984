import Staging

/// Writes a day's charges as sorted rows of ``ChargeFile``.
///
/// Cost lines are gone through in the order of their rows' first fields, so that only the charges of lines that have
/// these in common are held and sorted: memory does not grow with the day.
///
/// Hot path: of a cost line that is split, what all its parts share is formatted once, and who is behind a part once
/// a day. It writes the same bytes as ``ChargeBuilder`` with ``ChargeFile``, which write one charge at a time.
public struct ChargeRows {
  private var builder: ChargeBuilder
  /// The sum of all charges, each as it was written.
  public private(set) var totals = ControlTotals()
  public private(set) var attribution = AttributionTotals()
  public private(set) var count = 0
  private var group = SortedRows()
  /// The fields of ``ChargeFile/appendPerson(_:to:)``, by position among the day's users.
  private var people: [[UInt8]?] = []

  public init(_ builder: ChargeBuilder) { self.builder = builder }

  /// Calls `body` with the rows of all charges of the lines, in byte order.
  public mutating func forEachRow(
    of lines: [CostLine], _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    let heads = lines.map { head($0) }
    let order = lines.indices.sorted { heads[$0].lexicographicallyPrecedes(heads[$1]) }
    var row = ByteBuffer(capacity: 1 << 12)
    for (place, index) in order.enumerated() {
      append(lines[index], &row)
      let isLast = place + 1 == order.count || heads[order[place + 1]] != heads[index]
      if isLast {
        try group.forEachRow(body)
        count += group.count
        group.removeAll()
      }
    }
  }

  /// The first fields of a cost line's rows. No head is the beginning of another: each ends with its third comma.
  private func head(_ line: CostLine) -> [UInt8] {
    var head = ByteBuffer(capacity: 128)
    ChargeFile.text(line.lineItem, &head)
    ChargeFile.text(line.projectID, &head)
    ChargeFile.text(line.projectID.map { builder.projectName($0, line) }, &head)
    return head.array
  }

  private mutating func append(_ line: CostLine, _ row: inout ByteBuffer) {
    let (origin, parts) = builder.parts(of: line)
    row.removeAll()
    ChargeFile.appendOrigin(origin, to: &row)
    let head = row.count
    var price = ByteBuffer(capacity: 64)
    ChargeFile.appendPrice(origin, to: &price)
    var shared: ExactDecimal?
    for part in parts {
      row.removeAll(behind: head)
      if case .user(let user) = part.person, let allocation = part.allocation, line.userEmail == nil {
        append(part, of: user, allocation, origin, line, price, &row)
        shared = (shared ?? .zero) + part.amount
      } else {
        let charge = builder.charge(origin, part, line)
        row.removeAll()
        ChargeFile.append(charge, to: &row)
        totals.add(part.amount, line.currency)
        attribution.add(charge)
      }
      row.withBytes { group.append($0) }
    }
    guard let shared else { return }
    totals.add(shared, line.currency)
    attribution.add(shared, line.currency, .usageShare)
  }

  /// A part by share of usage: the row behind its first fields.
  private mutating func append(
    _ part: Attributor.Part, of user: Int, _ allocation: Allocation, _ origin: Charge, _ line: CostLine,
    _ price: borrowing ByteBuffer, _ row: inout ByteBuffer
  ) {
    row.append(person(user, origin, part, line))
    ChargeFile.text(part.method.rawValue, &row)
    row.append(origin.currency.code)
    row.append(UInt8(ascii: ","))
    ChargeFile.decimal(part.amount, &row)
    ChargeFile.decimal(part.quantity, &row)
    price.withBytes { row.append($0) }
    row.append(allocation.target.rawValue)
    row.append(UInt8(ascii: ","))
    ChargeFile.decimal(allocation.ratio, &row)
    ChargeFile.decimal(allocation.usage, &row)
    if let unit = allocation.unit { CSVRow.append(unit, to: &row) }
    row.append(0x0A)
  }

  private mutating func person(_ user: Int, _ origin: Charge, _ part: Attributor.Part, _ line: CostLine)
    -> [UInt8]
  {
    if user < people.count, let known = people[user] { return known }
    var fields = ByteBuffer(capacity: 256)
    ChargeFile.appendPerson(builder.charge(origin, part, line), to: &fields)
    while people.count <= user { people.append(nil) }
    people[user] = fields.array
    return fields.array
  }
}

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
  /// The fields of ``ChargeFile/appendPerson(_:to:)``, one after the other; where they are, by position among the
  /// day's users.
  private var personBytes: [UInt8] = []
  private var people: [Range<Int>?] = []

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
        try group.forEachRow(common: heads[index].count, body)
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
    let (origin, outcome) = builder.outcome(of: line)
    switch outcome {
    case .shares(let shares) where line.userEmail == nil: append(shares, origin, line, &row)
    case .shares(let shares): for part in shares.parts(of: line) { append(part, origin, line, &row) }
    case .parts(let parts): for part in parts { append(part, origin, line, &row) }
    }
  }

  private mutating func append(
    _ part: Attributor.Part, _ origin: Charge, _ line: CostLine, _ row: inout ByteBuffer
  ) {
    let charge = builder.charge(origin, part, line)
    row.removeAll()
    ChargeFile.append(charge, to: &row)
    totals.add(part.amount, line.currency)
    attribution.add(charge)
    row.withBytes { group.append($0) }
  }

  private mutating func append(
    _ shares: UsageShares, _ origin: Charge, _ line: CostLine, _ row: inout ByteBuffer
  ) {
    row.removeAll()
    ChargeFile.appendOrigin(origin, to: &row)
    let head = row.count
    var method = ByteBuffer(capacity: 64)
    ChargeFile.text(AttributionMethod.usageShare.rawValue, &method)
    ChargeFile.text(origin.currency.code, &method)
    var price = ByteBuffer(capacity: 64)
    ChargeFile.appendPrice(origin, to: &price)
    let comma = UInt8(ascii: ",")
    for (index, share) in shares.behind.known.enumerated() {
      row.removeAll(behind: head)
      append(person: Int(share.user), origin, line, to: &row)
      method.withBytes { row.append($0) }
      shares.amounts.append(index, to: &row)
      row.append(comma)
      shares.quantities?.append(index, to: &row)
      row.append(comma)
      price.withBytes { row.append($0) }
      row.append(shares.behind.targets[index] == .credential ? "credential," : "principal,")
      shares.ratios.append(index, to: &row)
      row.append(comma)
      ExactDecimal.append(share.usage.magnitude, 0, fraction: true, to: &row)
      row.append(comma)
      row.append(shares.behind.unit)
      row.append(0x0A)
      row.withBytes { group.append($0) }
    }
    let sum = shares.amounts.sum(ofFirst: shares.behind.known.count)
    totals.add(sum, line.currency)
    attribution.add(sum, line.currency, .usageShare)
    if let rest = shares.rest(of: line) { append(rest, origin, line, &row) }
  }

  /// The fields of one of the day's users.
  private mutating func append(
    person user: Int, _ origin: Charge, _ line: CostLine, to row: inout ByteBuffer
  ) {
    while people.count <= user { people.append(nil) }
    if people[user] == nil {
      var fields = ByteBuffer(capacity: 256)
      let part = Attributor.Part(
        person: .user(user), method: .usageShare, amount: line.amount, quantity: line.quantity)
      ChargeFile.appendPerson(builder.charge(origin, part, line), to: &fields)
      people[user] = personBytes.count..<(personBytes.count + fields.count)
      fields.withBytes { personBytes.append(contentsOf: $0) }
    }
    guard let range = people[user] else { return }
    personBytes.withUnsafeBufferPointer { row.append(UnsafeBufferPointer(rebasing: $0[range])) }
  }
}

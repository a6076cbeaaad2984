import Spend
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// Deliveries compared charge by charge.
@Suite struct DiffTests {
  private let from = "2026-11-02"
  private let to = "2026-11-05"

  private func delivered(_ api: ScriptedAPI, settings: String = "") async throws -> Harness {
    let harness = try api.harness(["acme"], settings: settings)
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    return harness
  }

  private func side(_ harness: Harness, _ part: String = "") async throws -> ComparedSide {
    try await DeliveryReference("output" + part).resolve(in: harness.store)
  }

  /// What a comparison finds, each difference as a line.
  private func compare(
    _ before: ComparedSide, _ after: ComparedSide, _ options: DiffOptions = DiffOptions()
  ) async throws -> (lines: [String], report: DiffReport) {
    var lines: [String] = []
    let report = try await DeliveryDiff(options).compare(before, after) { difference in
      let aspects = difference.aspects.map(\.rawValue).joined(separator: "+")
      lines.append(
        "\(difference.kind.rawValue) \(aspects) \(difference.identity.day ?? "") "
          + "\(difference.identity.lineItem ?? "") \(difference.difference)")
    }
    return (lines, report)
  }

  @Test func whatIsEqualIsTheSameWithoutReading() async throws {
    let one = try await delivered(.ordinary)
    let other = try await delivered(.ordinary)
    for file in try #require(try await one.manifest("2026-11")).files {
      // Whoever read the file would find it damaged.
      try await one.store.write("focus/" + file.path, [0])
      try await other.store.write("focus/" + file.path, [0])
    }
    let result = try await compare(
      try await side(one), try await side(other), DiffOptions(groupings: [.organization, .day]))
    #expect(result.lines == [] && result.report.isSame)
    #expect(result.report.counts.identicalDays == 3 && result.report.counts.same == 9)
    let total = try #require(result.report.totals.first)
    #expect(total.key == "org-acme" && total.name == "Acme Corp" && total.before == total.after)
    #expect(try total.after == ExactDecimal("1.9500000000000000000000000006"))
    #expect(result.report.totals.dropFirst().map(\.key) == ["2026-11-02", "2026-11-03", "2026-11-04"])
    await #expect(throws: CorruptFile.self) {
      try await compare(try await side(one), try await side(other), DiffOptions(groupings: [.model]))
    }
  }

  private var changed: ScriptedAPI {
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-03"] = [
      // By 0.01 more than before; the same twice over, to be added up.
      ScriptedAPI.cost("1", lineItem: "gpt-5, input", project: "proj_1", quantity: "400000", unit: "tokens"),
      ScriptedAPI.cost(
        "0.16", lineItem: "gpt-5, input", project: "proj_1", quantity: "600000", unit: "tokens"),
      ScriptedAPI.cost(
        "0.0000000000000000000000000002", lineItem: "gpt-5, output", project: "proj_2", quantity: "4"),
      ScriptedAPI.cost("7", lineItem: "web search tool calls", project: "proj_2", quantity: "7"),
    ]
    return api
  }

  @Test func addedRemovedAndChangedCharges() async throws {
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(changed))
    let result = try await compare(
      before, after, DiffOptions(groupings: [.organization, .lineItem, .model, .project]))
    #expect(
      result.lines == [
        "changed cost 2026-11-03 gpt-5, input 0.01", "changed quantity 2026-11-03 gpt-5, output 0",
        "added  2026-11-03 web search tool calls 7", "removed  2026-11-03 Credit 0.5",
      ])
    #expect(!result.report.isSame)
    let counts = result.report.counts
    #expect(counts.added == 1 && counts.removed == 1 && counts.changed == 2 && counts.renamed == 0)
    #expect(counts.same == 6 && counts.days == 3 && counts.identicalDays == 2)
    for grouping in [DiffGrouping.organization, .lineItem, .model, .project] {
      let totals = result.report.totals.filter { $0.grouping == grouping }
      #expect(try totals.reduce(.zero) { $0 + $1.difference } == ExactDecimal("7.51"), "\(grouping)")
      #expect(
        try totals.reduce(.zero) { $0 + $1.before } == ExactDecimal("1.9500000000000000000000000006"),
        "\(grouping)")
    }
    let input = try #require(result.report.totals.first { $0.key == "gpt-5, input" })
    #expect(try input.before == ExactDecimal("3.45") && input.difference == ExactDecimal("0.01"))
    #expect(result.report.totals.first { $0.key == "proj_2" }?.name == "Chat")
    // The other way round.
    let back = try await compare(after, before)
    #expect(back.lines.last == "added  2026-11-03 Credit -0.5" && back.report.counts.removed == 1)
  }

  @Test func toleranceAndWhatIsIgnored() async throws {
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(changed))
    func lines(_ options: DiffOptions) async throws -> [String] {
      try await compare(before, after, options).lines
    }
    #expect(try await lines(DiffOptions(tolerance: ExactDecimal("0.0099"))).count == 4)
    #expect(try await lines(DiffOptions(tolerance: ExactDecimal("0.01"))).count == 3)
    #expect(
      try await lines(DiffOptions(tolerance: ExactDecimal("0.5"), ignored: [.quantity]))
        == ["added  2026-11-03 web search tool calls 7"])
    let largest = try await compare(
      before, after, DiffOptions(tolerance: ExactDecimal("7"), ignored: [.quantity]))
    #expect(largest.report.isSame && largest.report.counts.identicalDays == 2)
  }

  @Test func renamesCountOnlyWhereAsked() async throws {
    var renamed = ScriptedAPI.ordinary
    renamed.lists["projects"] = [
      #"{"id":"proj_1","name":"Find","status":"active"}"#,
      #"{"id":"proj_2","name":"Chat","status":"active"}"#,
    ]
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(renamed))
    let result = try await compare(before, after)
    #expect(result.lines.count == 3 && result.lines.allSatisfy { $0.hasPrefix("changed names ") })
    #expect(result.report.isSame && result.report.counts.renamed == 3)
    #expect(try await !compare(before, after, DiffOptions(isStrict: true)).report.isSame)
  }

  /// Both formats hold the same charges, and so do different FOCUS versions.
  @Test(arguments: [
    "load: { formats: [ndjson] }\n", "load: { formats: [ndjson, csv], focus_version: \"1.2\" }\n",
  ])
  func formatsAndVersionsDoNotMatter(settings: String) async throws {
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(.ordinary, settings: settings))
    let result = try await compare(before, after, DiffOptions(isStrict: true, groupings: [.project]))
    #expect(result.lines == [] && result.report.isSame)
    #expect(result.report.counts.same == 9 && result.report.counts.identicalDays == 0)
  }

  /// FOCUS 1.2 has no allocation columns: parts of one cost that differ in nothing else are added up.
  @Test func aColumnThatOneSideLacksIsLeftOut() async throws {
    func simulated(_ settings: String) async throws -> Harness {
      let harness = try SimulatedClient(oddities: "no-key-grouping").harness(settings: settings)
      #expect(try await harness.run(from: "2026-11-17", to: "2026-11-19").exitCode == 0)
      return harness
    }
    let newer = try await simulated("")
    #expect(try await newer.delivered("2026-11").contains { $0["AllocatedResourceId"] != nil })
    let older = try await side(try await simulated("load: { focus_version: \"1.2\" }\n"))
    let result = try await compare(older, try await side(newer), DiffOptions(isStrict: true))
    #expect(result.lines == [] && result.report.isSame && result.report.counts.same > 100)
    #expect(result.report.columnsLeftOut == ["AllocatedResourceId", "AllocatedResourceName"])
  }

  @Test func whatASideCanBeCalled() async throws {
    let harness = try await delivered(.ordinary)
    let first = try #require(try await harness.manifest("2026-11")).delivery
    let later = try changed.harness(["acme"], store: harness.store)
    // The days are settled: they are asked for again only without their partitions.
    for object in try await harness.store.list("raw") where object.key.contains("date=2026-11-03") {
      try await harness.store.remove(object.key)
    }
    let run = try await later.run(from: from, to: to)
    #expect(run.exitCode == 0, "\(run.failures.map(\.message))")
    let second = try #require(try await later.manifest("2026-11")).delivery
    #expect(first != second)
    for part in ["", "@2026-11", "@\(second)", "@\(run.runID)"] {
      let result = try await compare(try await side(harness, "@\(first)"), try await side(harness, part))
      #expect(result.lines.count == 4, "\(part)")
    }
    for part in ["@2026-10", "@0123456789abcdef", "@20261101T000000Z-1"] {
      await #expect(throws: NoDelivery.self, "\(part)") { try await side(harness, part) }
    }
    // A superseded delivery's folder, as a store of its own.
    let folder = "focus/superseded/BILLING_PERIOD=2026-11/delivery=\(first)/"
    let aside = MemoryStore()
    for object in try await harness.store.list(String(folder.dropLast())) {
      try await aside.write(
        String(object.key.dropFirst(folder.count)), try await harness.store.readExisting(object.key))
    }
    let standalone = try await DeliveryReference("delivery=\(first)").resolve(in: aside)
    #expect(try await compare(standalone, try await side(harness)).lines.count == 4)

    let moved = try await DeliveryLag.read(harness.store)
    #expect(moved.map(\.versions) == [1, 2, 1])
    #expect(try moved.map(\.difference) == [.zero, ExactDecimal("7.51"), .zero])
    let changes = moved.flatMap(\.changes)
    #expect(try changes.map(\.amount) == [ExactDecimal("7.51")] && changes.map(\.age) == [16])
  }

  @Test func aWholeOutputIsNarrowedToTheMonthNamed() async throws {
    let api = ScriptedAPI.ordinary
    let harness = try await delivered(api)
    #expect(try await harness.run(from: "2026-10-30", to: "2026-11-01").exitCode == 0)
    var (left, right) = (try await side(harness, "@2026-11"), try await side(harness))
    #expect(right.months == ["2026-10", "2026-11"])
    ComparedSide.narrow(&left, &right)
    #expect(right.months == ["2026-11"])
  }

  @Test func damageIsRefused() async throws {
    let harness = try await delivered(.ordinary)
    let other = try await delivered(changed)
    let file = try #require(try await other.manifest("2026-11")?.files.first { $0.date == "2026-11-03" })
    try await other.store.remove("focus/" + file.path)
    let (left, right) = (try await side(harness), try await side(other))
    await #expect(throws: CorruptFile.self) { try await compare(left, right) }
    try await other.store.write("focus/metadata/BILLING_PERIOD=2026-11/manifest.json", Array("{}".utf8))
    await #expect(throws: CorruptFile.self) { try await side(other) }
  }

  /// A simulated world against the same world another day, with every part of the identity filled somewhere.
  private func simulated(_ seed: UInt64, settings: String = "") async throws -> Harness {
    let harness = try SimulatedClient(oddities: "realistic,no-key-grouping=acme") { $0.seed = seed }.harness(
      settings: settings)
    #expect(try await harness.run(from: "2026-11-15", to: "2026-11-19").exitCode == 0)
    return harness
  }

  /// What a comparison must find, worked out with dictionaries of texts.
  private func expected(_ before: Harness, _ after: Harness) async throws -> (lines: Set<String>, same: Int) {
    struct State: Equatable {
      var cost = ExactDecimal.zero
      var quantities: [String: ExactDecimal] = [:]
    }
    func states(_ harness: Harness) async throws -> [[String?]: State] {
      var states: [[String?]: State] = [:]
      for row in try await harness.delivered("2026-11") {
        let key = [
          "BillingAccountId", "ChargePeriodStart", "SubAccountId", "x_LineItem", "x_CredentialId",
          "x_PrincipalId", "AllocatedResourceId", "ChargeCategory", "BillingCurrency",
        ].map { row[$0] }
        states[key, default: State()].cost += try ExactDecimal(#require(row["BilledCost"]))
        if let quantity = row["ConsumedQuantity"] {
          states[key, default: State()].quantities[row["ConsumedUnit"] ?? "", default: .zero] +=
            try ExactDecimal(quantity)
        }
      }
      return states
    }
    let (old, new) = (try await states(before), try await states(after))
    var lines: Set<String> = []
    var same = 0
    for key in Set(old.keys).union(new.keys) {
      let (one, other) = (old[key], new[key])
      if one == other {
        same += 1
      } else {
        let kind = one == nil ? "added" : other == nil ? "removed" : "changed"
        let difference = (other?.cost ?? .zero) - (one?.cost ?? .zero)
        lines.insert("\(kind) \(key.map { $0 ?? "-" }.joined(separator: "|")) \(difference)")
      }
    }
    return (lines, same)
  }

  private func line(_ difference: FoundDifference) -> String {
    let identity = difference.identity
    let parts = [
      identity.billingAccountID, identity.day.map { $0 + "T00:00:00Z" }, identity.subAccountID,
      identity.lineItem, identity.credentialID, identity.principalID, identity.allocatedResourceID,
      identity.chargeCategory, identity.currency,
    ]
    return
      "\(difference.kind.rawValue) \(parts.map { $0 ?? "-" }.joined(separator: "|")) \(difference.difference)"
  }

  @Test func findsWhatAPlainComparisonFinds() async throws {
    // Two worlds whose accounts, projects and days are called alike, and their charges partly.
    let (one, other) = (try await simulated(1), try await simulated(2))
    let (lines, same) = try await expected(one, other)
    let (before, after) = (try await side(one), try await side(other))
    var found: [FoundDifference] = []
    let whole = try await DeliveryDiff(DiffOptions(groupings: DiffGrouping.allCases)).compare(before, after) {
      if !$0.isRename { found.append($0) }
    }
    #expect(Set(found.map(line)) == lines && found.count == lines.count && lines.count > 100)
    #expect(whole.counts.same + whole.counts.renamed == same)
    for (earlier, later) in zip(found, found.dropFirst())
    where earlier.identity.day == later.identity.day
      && earlier.identity.billingAccountID == later.identity.billingAccountID
    {
      #expect(earlier.identity < later.identity)
    }
    for difference in found.prefix(200) {
      let charge = difference.charge
      #expect(charge.kind == difference.kind && charge.aspects == difference.aspects)
      #expect(charge.difference == difference.difference && charge.identity == difference.identity)
    }
    for grouping in DiffGrouping.allCases {
      let totals = whole.totals.filter { $0.grouping == grouping }
      #expect(totals.reduce(.zero) { $0 + $1.difference } == found.reduce(.zero) { $0 + $1.difference })
    }
    // A day that is too large for memory is compared in parts, and nothing is found twice or lost.
    for rows in [1, 50] {
      var parts: [String] = []
      let report = try await DeliveryDiff(DiffOptions(groupings: DiffGrouping.allCases)).compare(
        before, after, rowsAtOnce: rows
      ) { if !$0.isRename { parts.append(line($0)) } }
      #expect(Set(parts) == lines && parts.count == lines.count && report.counts == whole.counts)
      #expect(report.totals.map(\.description) == whole.totals.map(\.description))
    }
  }

  /// Quotes, commas and line breaks in names and ids read the same from both formats.
  @Test func textsThatNeedQuotes() async throws {
    var api = ScriptedAPI.ordinary
    api.lists["projects"] = [
      #"{"id":"proj_1","name":"Say \"hi\", twice\nor \"\"","status":"active"}"#,
      #"{"id":"proj_2","name":"\"","status":"active"}"#,
    ]
    api.costs["2026-11-03"]?.append(ScriptedAPI.cost("4", lineItem: #"odd, \"line\" item"#))
    let csv = try await delivered(api)
    let ndjson = try await delivered(api, settings: "load: { formats: [ndjson] }\n")
    let options = DiffOptions(isStrict: true, groupings: [.project, .lineItem])
    let result = try await compare(try await side(csv), try await side(ndjson), options)
    #expect(result.lines == [] && result.report.isSame && result.report.counts.same == 10)
    #expect(result.report.totals.contains { $0.name == "Say \"hi\", twice\nor \"\"" })
    #expect(result.report.totals.contains { $0.key == #"odd, "line" item"# })
    let ordinary = try await delivered(.ordinary)
    let renamed = try await compare(try await side(ordinary), try await side(csv), options)
    #expect(renamed.lines.filter { $0.hasPrefix("added") } == ["added  2026-11-03 odd, \"line\" item 4"])
  }

  @Test func movementsByAge() throws {
    func movement(_ currency: String, _ changes: [(Int, String)]) throws -> DeliveryLag.Movement {
      try DeliveryLag.Movement(
        organization: "acme", day: Day(number: 0), currency: currency, versions: 1, firstDelivered: "",
        lastDelivered: "", first: 0, last: 0,
        changes: changes.map { DeliveryLag.Change(age: $0, amount: try ExactDecimal($1)) })
    }
    let ages = DeliveryLag.byAge([
      try movement("USD", [(1, "0.5"), (2, "-2"), (3, "0")]), try movement("USD", [(2, "1.25")]),
      try movement("EUR", [(2, "3")]),
    ])
    #expect(
      ages.map { "\($0.currency) \($0.age) \($0.days) \($0.moved) \($0.size) \($0.largest)" } == [
        "EUR 2 1 3 3 3", "USD 1 1 0.5 0.5 0.5", "USD 2 2 -0.75 3.25 -2",
      ])
  }

  @Test func theLargestAreKept() async throws {
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(changed))
    var largest = LargestDifferences(limit: 2)
    _ = try await DeliveryDiff().compare(before, after) { largest.add($0) }
    #expect(try largest.kept.map(\.difference) == [7, ExactDecimal("0.5")] && largest.left == 2)
  }
}

extension DiffTotal {
  fileprivate var description: String {
    "\(grouping) \(key ?? "-") \(currency) \(before) \(after)"
  }
}

import Pipeline
import Spend
import Staging
import TestSupport
import Testing

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

  @Test func theLargestAreKept() async throws {
    let before = try await side(try await delivered(.ordinary))
    let after = try await side(try await delivered(changed))
    var largest = LargestDifferences(limit: 2)
    _ = try await DeliveryDiff().compare(before, after) { largest.add($0) }
    #expect(try largest.kept.map(\.difference) == [7, ExactDecimal("0.5")] && largest.left == 2)
  }
}

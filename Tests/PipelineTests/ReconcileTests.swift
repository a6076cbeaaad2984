import Simulator
import Spend
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// A month's money set side by side.
@Suite struct ReconcileTests {
  /// Delivers the month of `ScriptedAPI.ordinary` up to the 19th, all that is over.
  private func delivered(_ api: ScriptedAPI = .ordinary, _ names: [String] = ["acme"]) async throws -> Harness
  {
    let harness = try api.harness(names)
    let report = try await harness.run(from: "2026-11-01", to: "2026-11-20")
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    return harness
  }

  private func reconcile(
    _ harness: Harness, tolerance: String = "0.01", today: String = "2026-11-20",
    dashboards: [String: String] = [:], invoices: String? = nil
  ) async throws -> Reconciliation {
    let organizations = harness.configuration.organizations
    return try await Reconciler(
      store: harness.store, month: #require(Month("2026-11")), today: #require(Day(today)),
      tolerance: ExactDecimal(tolerance)
    ).run(
      organizations,
      dashboards: dashboards.mapValues { DashboardExport(path: "costs.csv", content: Array($0.utf8)) },
      invoices: try invoices.map { try InvoiceFile("invoices:\n" + $0, path: "invoices.yaml", organizations) }
    )
  }

  private func invoice(_ fields: String) -> String {
    "  - { organization: acme, month: 2026-11, currency: USD, \(fields) }\n"
  }

  /// Each line as a text.
  private func lines(_ result: Reconciliation) -> [String] {
    result.organizations.flatMap { $0.lines + $0.accounts.flatMap(\.lines) }.map { line in
      [
        line.keepsOpen ? "open" : "fine", line.kind.rawValue, line.source?.rawValue ?? "-",
        line.days?.text ?? "-", line.amount?.description ?? "-",
      ].joined(separator: " ")
    }
  }

  private func figure(_ result: Reconciliation, _ source: ReconciledSource) throws -> Reconciliation.Figure {
    try #require(result.organizations.first?.accounts.first?.figures.first { $0.source == source })
  }

  /// What all of `ScriptedAPI.ordinary` comes to.
  private let total = "1.9500000000000000000000000006"

  @Test func everySourceShowsWhatWasTrulySpent() async throws {
    let client = try SimulatedClient()
    let harness = try client.harness()
    #expect(try await harness.run(from: "2026-11-01", to: "2026-11-20").exitCode == 0)
    let days = (1...19).map { "2026-11-\($0 < 10 ? "0" : "")\($0)" }
    var dashboards: [String: String] = [:]
    for account in client.simulation.accounts {
      dashboards[account.name] = try DashboardCSV(generation: .september2026).text(
        client, account.name, days: days)
    }
    let result = try await reconcile(harness, tolerance: "0", dashboards: dashboards)
    #expect(result.closes, "\(lines(result))")
    for organization in result.organizations {
      var spent = ExactDecimal.zero
      for day in days {
        let truth = try client.simulation.truth(
          organization: organization.name, day: #require(UTCDay(iso: day)))
        for line in truth.lines { spent += try ExactDecimal(line.amount) }
      }
      let account = try #require(organization.accounts.first)
      #expect(organization.accounts.count == 1 && !spent.isZero)
      #expect(account.figures.map(\.source) == [.api, .costLines, .charges, .delivered, .dashboard])
      #expect(account.figures.allSatisfy { $0.total == spent }, "\(account.figures.map(\.total))")
      #expect(account.figures.dropFirst().allSatisfy { $0.difference == .zero && $0.unexplained == .zero })
    }
  }

  @Test func theInvoiceIsExplainedByCreditsTaxAndRounding() async throws {
    let harness = try await delivered()
    // Whole cents; costs hold credits of 1.50 in all, and the invoice says so, or does not.
    for (fields, explained) in [
      ("amount: 1.95", ["rounding -0.0000000000000000000000000006"]),
      ("amount: 3.45, credits: -1.50", ["rounding -0.0000000000000000000000000006"]),
      (
        "amount: 1.95, credits: -1, tax: 0.37, total: 1.32",
        ["credits -1", "tax 0.37", "rounding -0.0000000000000000000000000006"]
      ),
      ("amount: 1.95, credits: -2", ["credits -2", "rounding -0.0000000000000000000000000006"]),
      // A part of the invoice's credits is in the costs.
      ("amount: 3.45, credits: -2", ["credits -0.5", "rounding -0.0000000000000000000000000006"]),
      ("amount: 1.9500000000000000000000000006", []),
      ("amount: 1.96", ["rounding -0.0000000000000000000000000006", "unexplained 0.01"]),
    ] {
      let result = try await reconcile(harness, invoices: invoice(fields))
      #expect(result.closes, "\(fields): \(lines(result))")
      let account = try #require(result.organizations.first?.accounts.first)
      let told = account.lines.filter { $0.source == .invoice }
      #expect(told.map { "\($0.kind.rawValue) \($0.amount?.description ?? "-")" } == explained, "\(fields)")
      let figure = try figure(result, .invoice)
      #expect(told.reduce(.zero) { $0 + ($1.amount ?? .zero) } == figure.difference)
      #expect(try figure.difference == #require(figure.total) - ExactDecimal(total))
    }
  }

  @Test func anInvoiceThatDoesNotCloseSaysByHowMuch() async throws {
    let harness = try await delivered()
    for (fields, rest) in [
      ("amount: 1.97", "0.02"), ("amount: 1.90", "-0.05"), ("amount: 195", "193.05"),
      // The costs' credits are not on the invoice: that explains nothing.
      ("amount: 3.45", "1.5"),
    ] {
      let result = try await reconcile(harness, invoices: invoice(fields))
      #expect(!result.closes)
      #expect(try figure(result, .invoice).unexplained == ExactDecimal(rest), "\(fields)")
      #expect(lines(result).contains("open unexplained invoice - \(rest)"), "\(lines(result))")
    }
    let wide = try await reconcile(harness, tolerance: "0.05", invoices: invoice("amount: 1.90"))
    #expect(wide.closes)
  }

  @Test func severalInvoicesAndNone() async throws {
    let harness = try await delivered(.ordinary, ["acme", "globex"])
    let both = invoice("number: A-1, amount: 1") + invoice("number: A-2, amount: 0.95")
    let result = try await reconcile(harness, invoices: both)
    #expect(result.organizations[0].closes && !result.organizations[1].closes)
    #expect(lines(result).contains("open missing_invoice invoice - -\(total)"))
    // Invoices of other months are no invoices of this one, and other currencies are accounts of their own.
    let other = try await reconcile(
      harness,
      invoices: both.replacing("2026-11", with: "2026-10")
        + "  - { organization: org-globex, month: 2026-11, currency: eur, amount: 1.95 }\n")
    #expect(!other.organizations[0].closes)
    #expect(other.organizations[1].accounts.map(\.currency.code) == ["EUR", "USD"])
    #expect(lines(other).contains("open unexplained invoice - 1.95"))
  }

  @Test func aDayIsToldWhereItGoesMissing() async throws {
    let harness = try await delivered()
    func remove(_ folder: String) async throws {
      for object in try await harness.store.list(folder) { try await harness.store.remove(object.key) }
    }
    try await remove("normalized/org=acme/date=2026-11-03")
    var result = try await reconcile(harness)
    let amount = "0.6500000000000000000000000002"
    #expect(
      lines(result).filter { $0.hasPrefix("open") } == [
        "open missing_day charges 2026-11-03 -\(amount)", "open missing_day delivered 2026-11-03 \(amount)",
      ])
    #expect(try figure(result, .charges).difference == -ExactDecimal(amount))
    #expect(try figure(result, .charges).unexplained == .zero)
    #expect(try figure(result, .delivered).total == ExactDecimal(total))
    try await remove("raw")
    result = try await reconcile(harness)
    #expect(!result.closes && lines(result).contains("open missing_day cost_lines - -"), "\(lines(result))")
    try await remove("normalized")
    try await remove("focus")
    result = try await reconcile(harness, invoices: invoice("amount: 5"))
    #expect(
      lines(result) == [
        "open missing_day - 2026-11-01 to 2026-11-19 -", "fine future_days - 2026-11-20 to 2026-11-30 -",
        "open unexplained invoice - 5",
      ])
    #expect(try await !reconcile(harness).closes)
  }

  @Test func aRestatedDayIsToldToTheLastDigit() async throws {
    let harness = try await delivered()
    var api = ScriptedAPI.ordinary
    api.costs["2026-11-04"]?[0] = ScriptedAPI.cost("1.2500000001", lineItem: "gpt-5, input")
    let later = try api.harness(["acme"], store: harness.store)
    for object in try await harness.store.list("raw") where object.key.contains("date=2026-11-04") {
      try await harness.store.remove(object.key)
    }
    #expect(try await later.run([.extract], from: "2026-11-04", to: "2026-11-05").exitCode == 0)
    let result = try await reconcile(harness, tolerance: "0")
    #expect(lines(result).contains("open day_differs charges 2026-11-04 -0.0000000001"), "\(lines(result))")
    #expect(try await reconcile(harness).closes)
    #expect(try await later.run([.normalize, .load], from: "2026-11-04", to: "2026-11-05").exitCode == 0)
    #expect(try await reconcile(harness, tolerance: "0").closes)
  }

  @Test func smallDifferencesThatAddUpDoNotClose() async throws {
    let harness = try await delivered()
    let csv = DashboardCSV(generation: .september2026)
    func text(_ amounts: [(day: Int, amount: String)]) -> String {
      csv.text(
        amounts.map { day, amount in
          let start = 1_793_491_200 + (day - 1) * 86_400
          return ["start_time": "\(start)", "amount_value": amount, "amount_currency": "usd"]
        })
    }
    #expect(Day(startingAt: 1_793_491_200)?.description == "2026-11-01")
    // Each day is 0.006 above.
    let near = [(2, "0.556"), (3, "0.656"), (4, "0.756")]
    let result = try await reconcile(harness, dashboards: ["acme": text(near)])
    #expect(!result.closes && lines(result).contains("open unexplained dashboard - -"), "\(lines(result))")
    #expect(lines(result).filter { $0.hasPrefix("fine day_differs dashboard") }.count == 3)
    #expect(try await reconcile(harness, tolerance: "0.02", dashboards: ["acme": text(near)]).closes)
    // Two days that make up for each other are still two days that differ; other months are left out.
    let swapped = [(2, "1.55"), (3, "-0.35"), (4, "0.75"), (-3, "7")]
    let other = try await reconcile(harness, dashboards: ["acme": text(swapped)])
    #expect(try !other.closes && figure(other, .dashboard).total == ExactDecimal("1.95"))
    #expect(lines(other).contains("fine other_days dashboard - -"))
    await #expect(throws: RefusedExport.self) {
      try await reconcile(harness, dashboards: ["acme": text([(2, "1,65")])])
    }
  }

  @Test func whatASignerShouldKnow() async throws {
    let harness = try await delivered()
    let key = Layout.manifest(try #require(Month("2026-11")))
    var manifest = try #require(try await harness.manifest("2026-11"))
    manifest.organizations["acme"]?.days["2026-11-02"]?.degraded = ["usage_images"]
    try await harness.store.write(key, manifest.sealed())
    let result = try await reconcile(harness)
    #expect(result.closes)
    #expect(
      lines(result) == [
        "fine future_days - 2026-11-20 to 2026-11-30 -",
        "fine open_days - 2026-11-18 to 2026-11-19 0",
        "fine degraded_days - 2026-11-02 0.5500000000000000000000000001",
        "fine credit_charges - - -1.5", "fine without_project - - -1.5",
      ])
  }

  @Test func damageIsAnErrorAndNoDifference() async throws {
    for folder in [
      "raw/org=acme/dataset=costs/", "raw/org=acme/dataset=costs_ungrouped/", "normalized", "focus/data",
    ] {
      let harness = try await delivered()
      let object = try #require(
        try await harness.store.list("raw").appending(harness.store.list("normalized"))
          .appending(harness.store.list("focus"))
          .first { $0.key.hasPrefix(folder) && $0.key.hasSuffix(".gz") && $0.key.contains("03") })
      var bytes = try await harness.store.readExisting(object.key)
      bytes[bytes.count / 2] ^= 1
      try await harness.store.write(object.key, bytes)
      await #expect(throws: CorruptFile.self, "\(object.key)") { try await reconcile(harness) }
    }
  }

  /// Files may be delivered without the columns that hold money; the manifest still tells it.
  @Test func deliveriesInOtherForms() async throws {
    for settings in [
      "load: { columns: [ChargePeriodStart, x_LineItem] }\n",
      "load: { formats: [ndjson], focus_version: \"1.2\" }\n",
      "load: { formats: [csv, ndjson] }\n",
    ] {
      let harness = try ScriptedAPI.ordinary.harness(["acme"], settings: settings)
      #expect(try await harness.run(from: "2026-11-01", to: "2026-11-20").exitCode == 0)
      let result = try await reconcile(harness, tolerance: "0")
      #expect(try result.closes && figure(result, .delivered).total == ExactDecimal(total), "\(settings)")
    }
  }
}

extension Array {
  fileprivate func appending(_ more: [Element]) -> [Element] { self + more }
}
